// Ctrl-C: a flag that long work looks at, so that it can save and stop.
#pragma once

namespace ebit::cmd {

/// From here on the first SIGINT, SIGTERM or SIGHUP (a terminal that was closed; not where nohup silenced it)
/// only sets the flag that interrupted() reads; the next one, of whichever kind, ends the program at once, as
/// it would without this call. Also clears the flag. Call it once the command is about to start work that
/// polls interrupted(); a command that does not poll must not call it.
void catch_interrupts();

/// Whether the user asked to stop since catch_interrupts(). Cheap: poll it once a batch. A command that stops
/// because of it saves what it has and returns kInterrupted.
bool interrupted();

}  // namespace ebit::cmd
