// For tests: whether a text is well-formed markup, and which ids it has. Independent of the code it checks.
#pragma once

#include <cctype>
#include <string>
#include <vector>

namespace ebit::inline report {

/// "" where every tag of `text` is closed in order, attributes are quoted and '&' begins an entity, else what
/// is wrong. `html`: void elements and the doctype of HTML are allowed, and `<style>` holds raw text.
inline std::string markup_fault(const std::string& text, bool html) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '&') {
      const std::size_t end =
          text.find_first_not_of("#abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", at + 1);
      if (end == std::string::npos || end == at + 1 || text[end] != ';')
        return "bare & at " + text.substr(at, 20);
    }
    if (static_cast<unsigned char>(text[at]) < 0x20 && !std::isspace(static_cast<unsigned char>(text[at])))
      return "control character";
    if (text[at] != '<') {
      ++at;
      continue;
    }
    if (text.compare(at, 4, "<!--") == 0) {
      at = text.find("-->", at);
      if (at == std::string::npos) return "open comment";
      continue;
    }
    if (text[at + 1] == '?' || text[at + 1] == '!') {
      at = text.find('>', at);
      continue;
    }
    const bool closing = text[at + 1] == '/';
    std::size_t i = at + 1 + closing;
    const std::size_t name_begin = i;
    while (i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == ':')) ++i;
    const std::string name = text.substr(name_begin, i - name_begin);
    if (name.empty()) return "bare < at " + text.substr(at, 20);
    for (char quote = 0; i < text.size(); ++i) {
      if (quote != 0) {
        if (text[i] == quote) quote = 0;
      } else if (text[i] == '"' || text[i] == '\'') {
        quote = text[i];
      } else if (text[i] == '>') {
        break;
      }
    }
    if (i >= text.size()) return "open tag <" + name;
    const bool self_closing = text[i - 1] == '/';
    if (closing) {
      if (open.empty() || open.back() != name) return "</" + name + "> closes nothing";
      open.pop_back();
    } else if (!self_closing && !(html && (name == "meta" || name == "br"))) {
      open.push_back(name);
    }
    at = i + 1;
    if (html && name == "style" && !closing) at = text.find("</style>", at);
  }
  return open.empty() ? "" : "<" + open.back() + "> is left open";
}

/// The values of all attributes called `name`, in order.
inline std::vector<std::string> attribute_values(const std::string& text, const std::string& name) {
  std::vector<std::string> values;
  for (std::size_t at = 0; (at = text.find(name + "=", at)) != std::string::npos; ++at) {
    const std::size_t begin = at + name.size() + 2;
    if (at > 0 && !std::isspace(static_cast<unsigned char>(text[at - 1]))) continue;
    if (begin > text.size() || (text[begin - 1] != '"' && text[begin - 1] != '\'')) continue;
    values.push_back(text.substr(begin, text.find(text[begin - 1], begin) - begin));
  }
  return values;
}

}  // namespace ebit::inline report
