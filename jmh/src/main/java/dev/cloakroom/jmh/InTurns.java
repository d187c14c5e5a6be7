package dev.cloakroom.jmh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs benchmarks as JMH does, but each once in a JVM of its own before any is run a second time. JMH makes all forks of
 * one benchmark first and then all of the next, minutes later, when a host that is shared may be twice as fast or slow;
 * in turns, what befalls one befalls what it is compared with. One file has the results of all;
 * what is named more than once has the forks of each time.
 *
 * <pre>{@code
 * java -cp jmh/target/benchmarks.jar dev.cloakroom.jmh.InTurns FILE.json OPTIONS -- OPTIONS OF SOME -- OPTIONS OF OTHERS
 * }</pre>
 *
 * <p>The options are JMH's; those before the first {@code --} are for all.
 */
public final class InTurns {

    private static final String NEXT = "--";

    private record Case(String benchmark, int threads, List<String> jvmArguments) {}

    private final Map<Case, BenchmarkParams> measured = new LinkedHashMap<>();
    private final Map<Case, List<BenchmarkResult>> forks = new LinkedHashMap<>();

    private InTurns() {}

    public static void main(String[] arguments) throws CommandLineOptionException, RunnerException {
        List<List<String>> parts = parts(arguments);
        if (parts.size() < 2 || parts.get(0).isEmpty()) {
            System.err.println("FILE.json OPTIONS -- OPTIONS...");
            System.exit(2);
        }
        List<String> common = parts.get(0).subList(1, parts.get(0).size());
        List<Options> groups = new ArrayList<>();
        for (List<String> own : parts.subList(1, parts.size())) {
            List<String> all = new ArrayList<>(common);
            all.addAll(own);
            groups.add(new CommandLineOptions(all.toArray(String[]::new)));
        }
        int rounds = groups.get(0).getForkCount().orElse(Defaults.MEASUREMENT_FORKS);
        InTurns results = new InTurns();
        for (int round = 1; round <= rounds; round++) {
            System.out.println("# Round " + round + " of " + rounds);
            for (Options group : groups) {
                results.runOnce(group);
            }
        }
        results.write(parts.get(0).get(0));
    }

    private static List<List<String>> parts(String[] arguments) {
        List<List<String>> parts = new ArrayList<>();
        parts.add(new ArrayList<>());
        for (String argument : arguments) {
            if (argument.equals(NEXT)) {
                parts.add(new ArrayList<>());
            } else {
                parts.get(parts.size() - 1).add(argument);
            }
        }
        return parts;
    }

    private void runOnce(Options options) throws RunnerException {
        Options once = new OptionsBuilder().parent(options).forks(1).build();
        for (RunResult result : new Runner(once).run()) {
            BenchmarkParams params = result.getParams();
            Case key = new Case(params.id(), params.getThreads(), List.copyOf(params.getJvmArgs()));
            measured.putIfAbsent(key, params);
            forks.computeIfAbsent(key, absent -> new ArrayList<>()).addAll(result.getBenchmarkResults());
        }
    }

    private void write(String file) {
        List<RunResult> results = new ArrayList<>();
        measured.forEach((key, params) -> results.add(new RunResult(params, forks.get(key))));
        ResultFormatFactory.getInstance(ResultFormatType.JSON, file).writeOut(results);
        System.out.println("# " + results.size() + " benchmarks in " + file);
    }
}
