#include "ebit/experiment/runs/show_exhibit.h"

#include "ebit/base/atomic_file.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/report/plot_script.h"

namespace ebit::experiment {

void show(const Exhibit& exhibit, const std::filesystem::path& folder, Page& page) {
  if (exhibit.sheet) {
    const std::filesystem::path plots = folder / files::kPlots;
    make_folder(plots);
    const std::string svg = render_svg(*exhibit.sheet);
    write_file_atomically(plots / (exhibit.name + ".svg"), svg);
    render(*exhibit.sheet, plots / (exhibit.name + ".png"));
    page.svg(svg, exhibit.caption);
  }
  if (exhibit.text.empty()) return;
  page.paragraph(exhibit.caption);
  page.code(exhibit.text);
}

Exhibit exhibit_of(std::string name, const Figure& figure, std::string caption) {
  return {.name = std::move(name), .caption = std::move(caption), .sheet = sheet_of(figure), .text = {}};
}

}  // namespace ebit::experiment
