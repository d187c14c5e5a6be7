package dev.cloakroom.jmh;

import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.chronicle.ChronicleSessionStore;
import dev.cloakroom.chronicle.Recovery;
import dev.cloakroom.key.KeyRing;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures how long a store in files takes to open after it was closed, and after its process was killed. Each store is
 * opened in a JVM of its own. Prints a table in Markdown.
 *
 * <pre>java FLAGS -cp jmh/target/benchmarks.jar dev.cloakroom.jmh.Opening DIRECTORY SESSIONS...</pre>
 *
 * <p>The flags are those of {@code engine-chronicle/README.md}. The directory must not exist.
 */
public final class Opening {

    private static final int ROUNDS = 3;
    private static final int DEFAULT_BOUND = 1_000_000;

    private Opening() {}

    /** Measures each number of sessions. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args[0].equals("child")) {
            child(Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]), args[4].equals("close"));
            return;
        }
        System.out.println("| sessions | after a clean close, s | after a kill, s | ratio |");
        System.out.println("|---:|---:|---:|---:|");
        for (String sessions : Arrays.asList(args).subList(1, args.length)) {
            measure(Path.of(args[0]), Integer.parseInt(sessions));
        }
    }

    private static void measure(Path directory, int sessions) throws IOException, InterruptedException {
        open(directory, sessions, sessions, "close");
        List<Double> clean = new ArrayList<>();
        List<Double> killed = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            clean.add(open(directory, sessions, 0, "kill"));
            killed.add(open(directory, sessions, 0, "close"));
        }
        Stores.delete(directory);
        double afterClose = median(clean);
        double afterKill = median(killed);
        System.out.printf(
                "| %,d | %.2f (%s) | %.2f (%s) | %.2f |%n",
                sessions, afterClose, range(clean), afterKill, range(killed), afterKill / afterClose);
    }

    /** Opens the store in another process, and returns the seconds that it took to open. */
    private static double open(Path directory, int sessions, int created, String end)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Opening.class.getName(), "child"));
        command.addAll(List.of(directory.toString(), Integer.toString(sessions), Integer.toString(created), end));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        String[] words = output.strip().split(" ", 3);
        if (status != 0 || words.length != 2) {
            throw new IllegalStateException("the process that opened the store ended with status " + status);
        }
        // A store that was killed must show its recovery, and one that was closed must not.
        System.err.println(sessions + " sessions: " + words[0] + " s, recovered " + words[1]);
        return Double.parseDouble(words[0]);
    }

    /** Opens the store, prints how long it took and how many sessions a recovery found, and ends. */
    private static void child(Path directory, int sessions, int created, boolean close) {
        long start = System.nanoTime();
        ChronicleSessionStore store = ChronicleSessionStore.persistedTo(directory)
                .maxSessions(Math.max(DEFAULT_BOUND, sessions))
                .typicalSessionBytes(1_200)
                .build();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.println(
                seconds + " " + store.recovery().map(Recovery::sessions).orElse(0L));
        System.out.flush();
        if (created > 0) {
            create(store, created);
        }
        if (!close) {
            Runtime.getRuntime().halt(0);
        }
        store.close();
    }

    private static void create(ChronicleSessionStore store, int sessions) {
        SessionEngine engine =
                SessionEngine.builder().keys(KeyRing.random()).store(store).build();
        for (int number = 0; number < sessions; number++) {
            Workload.Content content = Workload.content(number, 0);
            Session session = engine.open((String) null);
            session.put(Workload.NAME, content.name());
            session.put(Workload.ROLES, content.roles());
            session.put(Workload.ACCESS_TOKEN, content.accessToken());
            session.login(content.userId());
            engine.commit(session);
        }
    }

    private static double median(List<Double> seconds) {
        return seconds.stream().sorted().toList().get(seconds.size() / 2);
    }

    private static String range(List<Double> seconds) {
        return String.format(
                "%.2f–%.2f",
                seconds.stream().min(Double::compare).orElseThrow(),
                seconds.stream().max(Double::compare).orElseThrow());
    }
}
