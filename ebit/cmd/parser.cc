#include "ebit/cmd/parser.h"

#include <CLI/CLI.hpp>

#include <utility>

namespace ebit::cmd {
Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::type_name(const std::string& name) {
  option_->type_name(name);
  return *this;
}

Option& Option::default_text(const std::string& text) {
  option_->default_str(text);
  return *this;
}

Option& Option::choices(std::vector<std::string> names) {
  offers(names, /*shown=*/true);
  option_->check(CLI::IsMember(std::move(names)));
  return *this;
}

Option& Option::offers(std::vector<std::string> names, bool shown) {
  std::erase(names, "");
  offered_[option_] = {std::move(names), shown};
  return *this;
}

Option& Option::hidden() { return heading(kHidden); }

Option& Option::heading(const std::string& text) {
  option_->group(text);
  return *this;
}

template <class T>
Option Parser::add_option(const std::string& names, T& value, const std::string& help) {
  CLI::Option* option = app_.add_option(names, value, help);
  // One word each time, so that an argument behind it is left alone.
  if (option->get_expected_max() > 1 && names.starts_with("-"))
    option->allow_extra_args(false)->delimiter(',');
  return {option, offered_};
}

Option Parser::add_option(const std::string& names, std::function<void(const std::vector<std::string>&)> take,
                          bool list, const std::string& help) {
  if (list)
    return {app_.add_option_function<std::vector<std::string>>(names, std::move(take), help)
                ->allow_extra_args(false),
            offered_};
  return {app_.add_option_function<std::string>(
              names, [take = std::move(take)](const std::string& value) { take({value}); }, help),
          offered_};
}

Option Parser::add_flag(const std::string& names, bool& value, const std::string& help) {
  CLI::Option* option = app_.add_flag(names, value, help);
  // How it stands is worth a word where it can be had the other way.
  return {option->default_str(option->get_fnames().empty() ? "" : value ? "on" : "off"), offered_};
}

Option Parser::add_flag(const std::string& names, std::function<void(bool on)> take,
                        const std::string& help) {
  return {app_.add_flag_function(
              names, [take = std::move(take)](std::int64_t count) { take(count > 0); }, help),
          offered_};
}

#define EBIT_OPTION(...) \
  template Option Parser::add_option(const std::string&, __VA_ARGS__&, const std::string&)
EBIT_OPTION(int);
EBIT_OPTION(std::uint64_t);
EBIT_OPTION(double);
EBIT_OPTION(std::string);
EBIT_OPTION(std::optional<int>);
EBIT_OPTION(std::optional<std::uint64_t>);
EBIT_OPTION(std::optional<double>);
EBIT_OPTION(std::optional<std::string>);
EBIT_OPTION(std::vector<int>);
EBIT_OPTION(std::vector<double>);
EBIT_OPTION(std::vector<std::string>);
#undef EBIT_OPTION

}  // namespace ebit::cmd
