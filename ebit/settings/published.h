// Published models: the rows of the table of models that somebody has published, with what they train.
#pragma once

#include <span>
#include <string_view>

#include "ebit/settings/models.h"

namespace ebit::inline settings {

/// The rows of models() that are cells of a paper or of published code: all cells but the families `register`
/// and `gated`, whose options say what they are.
std::span<const ModelRow> published_models();

/// The row called `name`. Throws Error with the nearest name where there is none.
const ModelRow& find_published(std::string_view name);

/// Everything that a published model sets as (option, value): first its "model." options, then its training.
Pairs settings_of(const ModelRow& row);

/// Numbers of a published model as its row says, its head among them, on a series of one column and one
/// target; without a head for one that is for other problems alone.
NumberCounts trained_numbers(const ModelRow& row);

}  // namespace ebit::inline settings
