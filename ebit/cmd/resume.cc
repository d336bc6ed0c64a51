// ebit resume: goes on with a run that was stopped or killed, or trains it for longer.
#include <optional>

#include "ebit/analysis/marked_folder.h"
#include "ebit/base/error.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/run_output.h"
#include "ebit/cmd/torch_program.h"

namespace ebit::cmd {

Action setup_resume(Parser& parser) {
  struct Options {
    std::string folder;
    int epochs = 0;
    std::optional<int> patience;
    bool json = false, quiet = false;
  };
  auto options = std::make_shared<Options>();
  parser.add_option("run", options->folder, "Folder of the run").required().type_name("RUN");
  parser
      .add_option("--epochs", options->epochs, "Train up to this many epochs instead of the run's own number")
      .default_text("");
  parser.add_option(
      "--patience", options->patience,
      "Wait this many epochs for a better validation loss, 0: for ever; also where a training has stopped "
      "early");
  parser.add_flag("--json", options->json, "Print the results as JSON");
  parser.add_flag("-q,--quiet", options->quiet, "Show no progress");
  return [options] {
    if (const std::string what = analysis::marked_as(options->folder); !what.empty())
      fail(
          "'{0}' is the folder of a {1}, which goes on when its command is given again: ebit {1} ... -o {0}, "
          "with "
          "the options that it began with",
          options->folder, what);
    require_run_backends(options->folder);
    return run_and_report(
        [&](const experiment::RunCallbacks& callbacks) {
          return experiment::resume_run(options->folder, options->epochs, callbacks, options->patience);
        },
        options->json, options->quiet);
  };
}

}  // namespace ebit::cmd
