// Cells as XLA custom calls. Cells live in _core and are found by the text that names them, so that this
// module is linked with nothing: jaxlib's headers when built, no jax when run.
#include <nanobind/nanobind.h>

#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "bound_cell.h"
#include "xla/ffi/api/ffi.h"

namespace ebit::python {
namespace {

namespace nb = nanobind;
namespace ffi = xla::ffi;
using ffi::AnyBuffer;
using Result = ffi::Result<AnyBuffer>;

// Cells by dtype and text. A compiled function may outlive the process that traced it, so a cell that is not
// there is asked for: Python makes it and keeps it alive.
class Registry {
 public:
  void set_maker(nb::object maker) {
    maker_ = maker.release().ptr();
  }  // never freed: calls may come at any time

  const AnyCell& find(ffi::DataType dtype, std::string_view spec) {
    const std::pair key(dtype == ffi::F64, std::string(spec));
    {
      const std::lock_guard lock(mutex_);
      if (const auto at = cells_.find(key); at != cells_.end()) return *at->second;
    }
    const nb::gil_scoped_acquire
        locked;  // not under the mutex, which holders of the interpreter's lock wait for
    const nb::object handle =
        nb::borrow(maker_)(nb::str(key.second.c_str()), nb::str(key.first ? "float64" : "float32"));
    const AnyCell* const cell = pointer<const AnyCell>(nb::cast<std::uintptr_t>(handle));
    const std::lock_guard lock(mutex_);
    cells_[key] = cell;
    return *cell;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<bool, std::string>, const AnyCell*> cells_;
  PyObject* maker_ = nullptr;
};

Registry& registry() {
  static Registry cells;
  return cells;
}

// Where a buffer lies; an empty one is none.
std::uintptr_t address(const AnyBuffer& buffer) {
  return buffer.element_count() ? reinterpret_cast<std::uintptr_t>(buffer.untyped_data()) : 0;
}
std::uintptr_t address(Result& buffer) { return address(*buffer); }

// The arguments that both passes share.
struct Call {
  CellCall cell;
  std::vector<std::int64_t> wide;  // the lengths: jax has no int64 unless asked for

  Call(const AnyBuffer& x, const AnyBuffer& h, const AnyBuffer& theta, const AnyBuffer& lengths,
       const AnyBuffer& key, bool training) {
    cell.samples = static_cast<std::size_t>(x.dimensions()[0]);
    cell.steps = static_cast<std::size_t>(x.dimensions()[1]);
    cell.parameters = address(theta), cell.x = address(x), cell.state = address(h), cell.training = training;
    if (lengths.element_count()) {
      const auto* const first = lengths.typed_data<std::int32_t>();
      wide.assign(first, first + cell.samples);
      cell.lengths = reinterpret_cast<std::uintptr_t>(wide.data());
    }
    if (key.element_count()) {
      const auto* const words = key.typed_data<std::uint32_t>();
      cell.draw_seed = std::uint64_t{words[0]} << 32 | words[1];
    }
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
};

// Runs `body`; what it throws becomes the call's error.
template <class Body>
ffi::Error guarded(Body body) {
  try {
    body();
    return ffi::Error::Success();
  } catch (const std::exception& e) {
    return ffi::Error::InvalidArgument(e.what());
  }
}

ffi::Error forward(AnyBuffer x, AnyBuffer h, AnyBuffer theta, AnyBuffer lengths, AnyBuffer key, Result y,
                   Result last, Result entropy, Result tape, std::string_view spec, bool training) {
  return guarded([&] {
    const Call call(x, h, theta, lengths, key, training);
    registry()
        .find(x.element_type(), spec)
        .forward(call.cell, address(y), address(last), address(entropy), address(tape));
  });
}

ffi::Error backward(AnyBuffer x, AnyBuffer h, AnyBuffer theta, AnyBuffer lengths, AnyBuffer key,
                    AnyBuffer tape, AnyBuffer d_y, AnyBuffer d_last, AnyBuffer d_entropy, Result d_x,
                    Result d_h, Result d_theta, std::string_view spec, bool training) {
  return guarded([&] {
    const Call call(x, h, theta, lengths, key, training);
    registry()
        .find(x.element_type(), spec)
        .backward(call.cell, address(tape), address(d_y), address(d_last), address(d_entropy),
                  address(d_theta), address(d_x), address(d_h));
  });
}

auto arguments() {
  return ffi::Ffi::Bind()
      .Arg<AnyBuffer>()
      .Arg<AnyBuffer>()
      .Arg<AnyBuffer>()
      .Arg<AnyBuffer>()
      .Arg<AnyBuffer>();
}

XLA_FFI_DEFINE_HANDLER_SYMBOL(ebit_cell_forward, forward,
                              arguments()
                                  .Ret<AnyBuffer>()
                                  .Ret<AnyBuffer>()
                                  .Ret<AnyBuffer>()
                                  .Ret<AnyBuffer>()
                                  .Attr<std::string_view>("spec")
                                  .Attr<bool>("training"));
XLA_FFI_DEFINE_HANDLER_SYMBOL(ebit_cell_backward, backward,
                              arguments()
                                  .Arg<AnyBuffer>()
                                  .Arg<AnyBuffer>()
                                  .Arg<AnyBuffer>()
                                  .Arg<AnyBuffer>()
                                  .Ret<AnyBuffer>()
                                  .Ret<AnyBuffer>()
                                  .Ret<AnyBuffer>()
                                  .Attr<std::string_view>("spec")
                                  .Attr<bool>("training"));

}  // namespace
}  // namespace ebit::python

NB_MODULE(_jax, m) {
  namespace nb = nanobind;
  m.doc() = "Custom calls of XLA. Use them through ebit.jax.";
  m.def(
      "handlers",
      [](nb::object maker) {
        ebit::python::registry().set_maker(std::move(maker));
        nb::dict d;
        d["ebit_cell_forward"] = nb::capsule(reinterpret_cast<void*>(ebit::python::ebit_cell_forward));
        d["ebit_cell_backward"] = nb::capsule(reinterpret_cast<void*>(ebit::python::ebit_cell_backward));
        return d;
      },
      nb::arg("maker"), "The calls by name; maker(spec, dtype) gives the handle of a cell that stays alive.");
}
