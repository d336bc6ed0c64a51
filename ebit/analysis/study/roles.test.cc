#include "ebit/analysis/study/roles.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/cell/cell_problem.h"

namespace ebit::analysis {
namespace {

RegisterOptions cell_with(const std::string& dis, const std::string& hidden) {
  RegisterOptions options;
  options.system = options.ancilla = 1, options.encoder = "cubic-angle";
  options.ansatz = "strongly-entangling", options.dis = dis, options.hidden = hidden;
  return options;
}

// U_dis = U_en^-1 where the angles are equal: it destroys exactly what U_en made, and the powers change
// places.
TEST(Roles, TheInverseUndoes) {
  for (const char* hidden : {"collapse", "density"}) {
    SCOPED_TRACE(hidden);
    CellProblem<double> problem(cell_with("adjoint", hidden), 9, 4, 5);
    RegisterCell<double> cell(cell_with("adjoint", hidden));
    const Segment &en = cell.segments()[0], &dis = cell.segments()[1];
    std::copy_n(problem.parameters.begin() + static_cast<std::ptrdiff_t>(en.offset), en.size,
                problem.parameters.begin() + static_cast<std::ptrdiff_t>(dis.offset));
    const std::vector<Role> both = roles(cell, problem.parameters, problem.input());
    ASSERT_EQ(both.size(), 2u);
    EXPECT_EQ(both[0].unitary, "U_en");
    EXPECT_NEAR(both[0].change, -both[1].change, 1e-10);
    EXPECT_NEAR(both[0].change_spread, both[1].change_spread, 1e-10);
    EXPECT_NEAR(both[0].made, both[1].destroyed, 1e-10);
    EXPECT_NEAR(both[0].up, both[1].down, 1e-6);
    EXPECT_NEAR(both[0].down, both[1].up, 1e-6);
    EXPECT_GT(both[0].made, 0.01);
  }
}

TEST(Roles, RealisedChangesKeepTheBounds) {
  CellProblem<double> problem(cell_with("flipped", "collapse"), 9, 4, 6);
  RegisterCell<double> cell(cell_with("flipped", "collapse"));
  for (const Role& role : roles(cell, problem.parameters, problem.input())) {
    EXPECT_NEAR(role.change, role.made - role.destroyed, 1e-12);
    EXPECT_LE(role.made, role.up + 1e-9);
    EXPECT_LE(role.destroyed, role.down + 1e-9);
    EXPECT_LE(role.up, 1 + 1e-9);
  }
  RegisterOptions one = cell_with("flipped", "collapse");
  one.layers_dis = 0;
  CellProblem<double> single(one, 2, 2, 1);
  RegisterCell<double> without(one);
  EXPECT_THROW(roles(without, single.parameters, single.input()), Error);
}

}  // namespace
}  // namespace ebit::analysis
