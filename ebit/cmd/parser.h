// How a command declares its options: a thin front of CLI11, whose headers take the compiler seconds a file.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace ebit::cmd {

/// The heading of options that --help leaves out.
inline constexpr const char* kHidden = "hidden";

/// Names that can be given to an option, for the completion of shells and for help.
struct Offered {
  std::vector<std::string> names;  ///< in the order that they are shown in
  bool shown = true;               ///< whether the help lists them
};

/// Those of all options of a parser that have such names.
using OfferedValues = std::map<const CLI::Option*, Offered>;

/// An option that was added to a Parser; its functions say more about it and return it again.
class Option {
 public:
  /// As Parser gives it.
  Option(CLI::Option* option, OfferedValues& offered) : option_(option), offered_(offered) {}

  Option& required();                               ///< the command cannot do without
  Option& type_name(const std::string& name);       ///< what stands behind the flag in --help, such as "FILE"
  Option& default_text(const std::string& text);    ///< the default as --help shows it
  Option& choices(std::vector<std::string> names);  ///< the values allowed, and no others
  /// Values that shells complete, beside which others may be allowed; the help lists them where they are
  /// `shown`.
  Option& offers(std::vector<std::string> names, bool shown = false);
  Option& hidden();                          ///< parsed, but not in --help
  Option& heading(const std::string& text);  ///< the heading that it stands under in --help

 private:
  CLI::Option* option_;
  OfferedValues& offered_;
};

/// The options of one command. Names are such as "--window", "-o,--output", or "run" for an argument without
/// a flag. A value that is given is written where the reference points, which must live as long as the
/// parsing; --help shows what stands there before as the default.
class Parser {
 public:
  /// Adds to `app`; what options offer goes to `offered`.
  Parser(CLI::App& app, OfferedValues& offered) : app_(app), offered_(offered) {}

  /// @tparam T int, std::uint64_t, double, std::string, a std::optional of one of these (not given: as it
  /// was), or a list: a std::vector of int, double or std::string, whose flag takes "1,2,3" and may be
  /// repeated, and which as an argument takes all the words that follow.
  template <class T>
  Option add_option(const std::string& names, T& value, const std::string& help);
  /// Hands what is given to `take`; of several only the last where `list` is false.
  Option add_option(const std::string& names, std::function<void(const std::vector<std::string>&)> take,
                    bool list, const std::string& help);

  /// A switch: "--json", or with its opposite "--plots,!--no-plots".
  Option add_flag(const std::string& names, bool& value, const std::string& help);
  /// A switch that hands what is given to `take`.
  Option add_flag(const std::string& names, std::function<void(bool on)> take, const std::string& help);

 private:
  CLI::App& app_;
  OfferedValues& offered_;
};

}  // namespace ebit::cmd
