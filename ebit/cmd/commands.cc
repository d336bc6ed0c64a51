// The rows of the table of commands.
#include "ebit/cmd/command.h"

namespace ebit::cmd {

// Each is defined in the command's own file.
#define EBIT_COMMAND(name) Setup setup_##name
EBIT_COMMAND(ansatz);
EBIT_COMMAND(backtest);
EBIT_COMMAND(bench);
EBIT_COMMAND(completion);
EBIT_COMMAND(data);
EBIT_COMMAND(design);
EBIT_COMMAND(evaluate);
EBIT_COMMAND(export);
EBIT_COMMAND(forecast);
EBIT_COMMAND(gates);
EBIT_COMMAND(gradcheck);
EBIT_COMMAND(help_all);
EBIT_COMMAND(import);
EBIT_COMMAND(inspect);
EBIT_COMMAND(models);
EBIT_COMMAND(power);
EBIT_COMMAND(presets);
EBIT_COMMAND(probe);
EBIT_COMMAND(quantum_logic);
EBIT_COMMAND(replay);
EBIT_COMMAND(report);
EBIT_COMMAND(reproduce);
EBIT_COMMAND(resume);
EBIT_COMMAND(study);
EBIT_COMMAND(suite);
EBIT_COMMAND(sweep);
EBIT_COMMAND(surrogate);
EBIT_COMMAND(task);
EBIT_COMMAND(train);
EBIT_COMMAND(version);
#undef EBIT_COMMAND

std::span<const Command> commands() {
  static const std::vector<Command> table = {
      {.name = "train",
       .group = "Training",
       .help = "Train a model on a series, compare it with baselines, write a run folder and a page",
       .examples = {"ebit train seattle-weather --model daskin-collapse --epochs 100 -o runs/seattle",
                    "ebit train data.csv --target Temp --window 10 --seeds 3 --seed 1 -o runs/toronto",
                    "ebit train --generator noisy-sine --model daskin-probabilities -o runs/sine",
                    "ebit train data.csv --target Temp --model lstm --hidden-size 8 --patience 20",
                    "ebit train --config runs/sine/config.toml --lr 0.005 -o runs/sine-slow"},
       .setup = setup_train},
      {.name = "task",
       .group = "Training",
       .help = "Train a recurrent model, quantum or classical, on a task: images, text, translation, memory",
       .examples = {"ebit task digits --qubits 8 --baselines lstm,gru -o runs/digits",
                    "ebit task copying --model lstm --delay 100",
                    "ebit task language-model --corpus book.txt --sample 500 --temperature 0.7"},
       .setup = setup_task},
      {.name = "resume",
       .group = "Training",
       .help = "Go on with a run that was stopped or killed, to the same losses bit for bit",
       .examples = {"ebit resume runs/sine", "ebit resume runs/sine --epochs 300"},
       .setup = setup_resume},
      {.name = "evaluate",
       .group = "Training",
       .help = "Score a trained run again, on its own data or on others",
       .examples = {"ebit evaluate runs/toronto", "ebit evaluate runs/toronto newer.csv --json",
                    "ebit evaluate runs/toronto --noise sherbrooke --shots 1000"},
       .setup = setup_evaluate},
      {.name = "forecast",
       .group = "Training",
       .help = "Forecast what comes after the end of a series",
       .examples = {"ebit forecast runs/toronto --steps 14",
                    "ebit forecast runs/toronto --steps 14 --data newer.csv"},
       .setup = setup_forecast},
      {.name = "backtest",
       .group = "Training",
       .help = "Forecast a series from several places of its past, and score that against what came",
       .examples = {"ebit backtest seattle-weather --model daskin-collapse --cuts 5 --horizon 14 --epochs 30",
                    "ebit backtest data.csv --target sales --season 7 --horizon 1..14 --refit --seeds 3",
                    "ebit backtest data.csv --model poly-ridge --baselines ets,linear --apart 1 --cuts 30"},
       .setup = setup_backtest},
      {.name = "report",
       .group = "Training",
       .help = "Draw the plots and the page of a run again",
       .examples = {"ebit report runs/toronto"},
       .setup = setup_report},
      {.name = "data",
       .group = "Data",
       .help = "List the corpora that ebit knows (images, sentences, texts, translations), or get one",
       .examples = {"ebit data list", "ebit data list mnist --json", "ebit data get mnist",
                    "ebit data get sentence-polarity --from ~/Downloads"},
       .setup = setup_data},
      {.name = "models",
       .group = "Building blocks",
       .help = "List the models, quantum and classical, and the problems that they are for",
       .examples = {"ebit models", "ebit models --json"},
       .setup = setup_models},
      {.name = "presets",
       .group = "Building blocks",
       .help = "List the published models, or print all settings of one",
       .examples = {"ebit presets", "ebit presets daskin-collapse > my.toml", "ebit presets --json"},
       .setup = setup_presets},
      {.name = "gates",
       .group = "Building blocks",
       .help = "List the gates and channels, or show one with its matrix, generator and inverse",
       .examples = {"ebit gates", "ebit gates CRX --angles 0.3", "ebit gates Rot --json",
                    "ebit gates amplitude_damping --parameters 0.02"},
       .setup = setup_gates},
      {.name = "ansatz",
       .group = "Building blocks",
       .help = "Draw the circuit of an ansatz, built in or from a file, and count its gates",
       .examples = {"ebit ansatz basic-entangler-ry --wires 4 --layers 2",
                    "ebit ansatz zz-ring --wires 3 --dis adjoint --ascii",
                    "ebit ansatz configs/ansatz/brickwork.toml", "ebit ansatz --list"},
       .setup = setup_ansatz},
      {.name = "export",
       .group = "Building blocks",
       .help = "Write a trained run's window, a preset or an ansatz as a circuit for Qiskit, cirq, Braket, "
               "PennyLane",
       .examples = {"ebit export runs/sine -o sine.qasm", "ebit export runs/sine --format qiskit -o sine.py",
                    "ebit export --preset li-pqrnn --dialect cirq", "ebit export --ansatz zz-ring --wires 3",
                    "ebit export --costs --steps 10"},
       .setup = setup_export},
      {.name = "import",
       .group = "Building blocks",
       .help = "Read a circuit of OpenQASM into a gate list for --ansatz-file",
       .examples = {"ebit import circuit.qasm -o circuit.toml"},
       .setup = setup_import},
      {.name = "gradcheck",
       .group = "Checks",
       .help = "Compare adjoint, parameter-shift and finite-difference gradients of a model",
       .examples = {"ebit gradcheck --preset daskin-collapse", "ebit gradcheck --all-presets",
                    "ebit gradcheck --encoder cubic-angle --ansatz zz-ring --hidden density --features 2",
                    "ebit gradcheck --model qrnn --qubits 3"},
       .setup = setup_gradcheck},
      {.name = "probe",
       .group = "Checks",
       .help = "Print exact states, outputs, losses and gradients of a given model on given inputs, as JSON",
       .examples = {"ebit probe tests/golden/collapsed_2p2_L2.json", "ebit probe spec.json --dtype float32"},
       .setup = setup_probe},
      {.name = "replay",
       .group = "Checks",
       .help = "Repeat a training recorded elsewhere and compare every batch loss",
       .examples = {"ebit replay tests/golden/trace_collapsed.json --epochs 20",
                    "ebit replay trace.json --json"},
       .setup = setup_replay},
      {.name = "power",
       .group = "Entanglement",
       .help = "Search how many ebits a gate or any unitary makes or destroys at most",
       .examples = {"ebit power cnot", "ebit power \"rzz(0.7)\" --ancilla none",
                    "ebit power \"rzz(0:pi)\" --plot rzz.svg",
                    "ebit power u.npy --dims 2x3 --ancilla 2x3 --json"},
       .setup = setup_power},
      {.name = "inspect",
       .group = "Entanglement",
       .help = "Look at the quantum memory of a trained run: entropies of each step, bounds, what is wrong",
       .examples = {"ebit inspect runs/seattle", "ebit inspect runs/seattle --data newer.csv --json",
                    "ebit inspect runs/sine --part train --powers full", "ebit inspect runs/qrnn --cut 0,1"},
       .setup = setup_inspect},
      {.name = "quantum-logic",
       .group = "Studies",
       .help = "An LSTM step as reversible fixed-point arithmetic: check a trained run's circuit, count its "
               "gates",
       .examples = {"ebit quantum-logic runs/lstm",
                    "ebit quantum-logic runs/lstm --bits 8,12 --fraction 5 --json",
                    "ebit quantum-logic --bits 8 --features 1 --hidden 4",
                    "ebit quantum-logic --bits 4 --hidden 1 --qasm step.qasm"},
       .setup = setup_quantum_logic},
      {.name = "surrogate",
       .group = "Entanglement",
       .help = "Turn a trained gated cell into a classical model with the same outputs, and compare both",
       .examples = {"ebit surrogate runs/qlstm", "ebit surrogate runs/qlstm --windows 0 --json"},
       .setup = setup_surrogate},
      {.name = "bench",
       .group = "Studies",
       .help = "Measure the speed on this machine, against its own limits, torch and other simulators",
       .examples = {"ebit bench --quick", "ebit bench --workload A,C --json",
                    "ebit bench -o bench.json --plots plots --peers"},
       .setup = setup_bench},
      {.name = "reproduce",
       .group = "Studies",
       .help =
           "Repeat a result of a paper: train or search, plot, and put the numbers beside the published ones",
       .examples = {"ebit reproduce daskin-fig4 -o runs/fig4",
                    "ebit reproduce daskin-fig5 --data toronto.csv --target Temp",
                    "ebit reproduce linden -o runs/linden"},
       .setup = setup_reproduce},
      {.name = "study",
       .group = "Studies",
       .help = "Ask what a register model's qubits, layers, memory or circuits do, by several trainings each",
       .examples = {"ebit study", "ebit study registers -o runs/registers",
                    "ebit study depth seattle-weather --values 1,2,4 --seeds 3 --epochs 20",
                    "ebit study hidden --values collapse,density --ansatz strongly-entangling",
                    "ebit study plateau --ansatz zz-ring --values 2,4,6,8 --depths 1,4,16 --samples 100",
                    "ebit study specialise --seeds 10 --json"},
       .setup = setup_study},
      {.name = "suite",
       .group = "Studies",
       .help = "Train models on data with several seeds under one protocol, and compare them on one page",
       .examples = {"ebit suite", "ebit suite chen --quick -o runs/chen",
                    "ebit suite chen --text > mine.toml", "ebit suite mine.toml --jobs 2"},
       .setup = setup_suite},
      {.name = "sweep",
       .group = "Studies",
       .help = "Try values of any options, choose by the validation part, score the chosen setting on the "
               "test part",
       .examples = {"ebit sweep --text > mine.toml", "ebit sweep mine.toml --jobs 2 -o runs/mine",
                    "ebit sweep mine.toml --units"},
       .setup = setup_sweep},
      {.name = "design",
       .group = "Studies",
       .help = "Search circuits by their entangling power, certify what is found, write it as an ansatz file",
       .examples = {"ebit design --want e-up=1.0,e-down=0.5 --two-qubit 4",
                    "ebit design --want e-p --gates ry,cz --connect line --two-qubit 3 -o line.toml",
                    "ebit design --want gap --system 1 --ancilla 2",
                    "ebit design --study runs/series,runs/tasks"},
       .setup = setup_design},
      {.name = "version",
       .group = "About",
       .help = "Show the version, the compiler, vector instructions and whether libtorch is there",
       .examples = {"ebit version", "ebit version --json"},
       .setup = setup_version},
      {.name = "completion",
       .group = "About",
       .help = "Print the script with which bash, zsh or fish completes what is typed behind ebit",
       .examples = {"ebit completion bash > ~/.local/share/bash-completion/completions/ebit",
                    "ebit completion fish > ~/.config/fish/completions/ebit.fish",
                    "ebit completion zsh > \"${fpath[1]}/_ebit\""},
       .setup = setup_completion},
      {.name = "help-all",
       .group = "About",
       .help = "Print the help of every command as one Markdown page (docs/cli.md is made of it), or write "
               "manual "
               "pages",
       .examples = {"ebit help-all > cli.md", "ebit help-all --man man1"},
       .setup = setup_help_all},
  };
  return table;
}

}  // namespace ebit::cmd
