#include "ebit/report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "ebit/base/atomic_file.h"
#include "ebit/report/gnuplot.h"
#include "ebit/report/plot_script.h"
#include "ebit/report/svg.h"

namespace ebit::inline report {
namespace {

// Picture names that differ when the pictures do (FNV-1a), so that several SVG files may share a page.
std::string id_prefix(std::string_view script) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : script) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return fmt::format("p{:08x}-", static_cast<std::uint32_t>(hash ^ (hash >> 32)));
}

std::string draw(const Sheet& sheet, const PictureFormat& format) {
  const std::string script = plot_script(sheet, format);
  std::string picture = run_gnuplot(script);
  if (format.extension != ".svg") return picture;
  const std::string& title = sheet.title.empty() ? sheet.panels.front().title : sheet.title;
  return tidy_gnuplot_svg(picture, id_prefix(script), title);
}

}  // namespace

PlotSeries histogram(const std::vector<double>& values, std::string label, int bins) {
  std::vector<double> sorted;
  for (const double v : values)
    if (std::isfinite(v)) sorted.push_back(v);
  std::sort(sorted.begin(), sorted.end());
  PlotSeries bars;
  bars.label = std::move(label);
  bars.style = PlotStyle::kBars;
  if (sorted.empty()) return bars;
  const std::size_t n = sorted.size();
  const double low = sorted.front(), high = sorted.back();
  if (bins <= 0) {
    // Freedman and Diaconis 1981: bins of twice the interquartile range over the cube root of N.
    const double width = 2 * (sorted[n * 3 / 4] - sorted[n / 4]) / std::cbrt(static_cast<double>(n));
    const double wanted = width > 0 ? std::ceil((high - low) / width) : 5;
    bins = static_cast<int>(std::clamp(wanted, 5.0, 60.0));
  }
  const double width = high > low ? (high - low) / bins : 1;
  const double start = high > low ? low : low - width * bins / 2;
  bars.bar_width = width;
  bars.y.assign(static_cast<std::size_t>(bins), 0);
  for (int i = 0; i < bins; ++i) bars.x.push_back(start + (i + 0.5) * width);
  for (const double v : sorted)
    ++bars.y[static_cast<std::size_t>(std::clamp(static_cast<int>((v - start) / width), 0, bins - 1))];
  return bars;
}

void render(const Figure& figure, const std::filesystem::path& path) { render(sheet_of(figure), path); }

void render(const Sheet& sheet, const std::filesystem::path& path) {
  write_file_atomically(path, draw(sheet, picture_format(path.string())));
}

std::string render_svg(const Figure& figure) { return render_svg(sheet_of(figure)); }

std::string render_svg(const Sheet& sheet) { return draw(sheet, picture_format(".svg")); }

}  // namespace ebit::inline report
