package dev.cloakroom.examples.capacity;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tries each store with as many sessions as the first argument says, one after the other, and prints a table. */
public final class Capacity {

    private static final List<String> FLAGS = List.of(
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
            "-Dslf4j.internal.verbosity=ERROR");

    private final long sessions;
    private final Path directory;

    private Capacity(long sessions, Path directory) {
        this.sessions = sessions;
        this.directory = directory;
    }

    /** Runs it: how many sessions, and a directory to make the files' directory in. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 2) {
            System.err.println("Usage: Capacity SESSIONS DIRECTORY");
            System.exit(2);
        }
        new Capacity(Long.parseLong(arguments[0]), Path.of(arguments[1], "capacity-sessions")).run();
    }

    private void run() throws IOException, InterruptedException {
        Map<Place, Map<Figure, String>> figures = new EnumMap<>(Place.class);
        for (Place place : Place.values()) {
            System.out.printf(Locale.ROOT, "%s: %,d sessions%n", place.title(), sessions);
            delete(directory);
            Map<Figure, String> found = new EnumMap<>(Figure.class);
            start("fill", place, found);
            if (place == Place.CHRONICLE_FILES) {
                System.out.println("  opening what was left by the kill");
                start("open", place, found);
            }
            figures.put(place, found);
        }
        delete(directory);
        print(figures);
    }

    private void start(String what, Place place, Map<Figure, String> found) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of(
                "-Dcapacity.seconds=" + Long.getLong("capacity.seconds", 20),
                "-Xmx" + place.heapMegabytes(sessions) + "m",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(Trial.class.getName(), what, place.name(), "" + sessions, directory.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        boolean killed = false;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("figure ")) {
                    String[] words = line.split(" ", 3);
                    found.put(Figure.valueOf(words[1]), words[2]);
                } else if (line.equals("kill")) {
                    killed = true;
                    process.toHandle().destroyForcibly();
                } else {
                    System.out.println(line);
                }
            }
        }
        int status = process.waitFor();
        if (status != 0 && !killed) {
            throw new IOException("the trial of " + place + " ended with " + status);
        }
    }

    private void print(Map<Place, Map<Figure, String>> figures) {
        System.out.printf(Locale.ROOT, "%n%,d sessions of 600 to 1,300 bytes; JDK %s%n%n", sessions, Runtime.version());
        System.out.println(row("", Stream.of(Place.values()).map(Place::title).toList()));
        System.out.println("|---" + "|---:".repeat(Place.values().length) + "|");
        for (Figure figure : Figure.values()) {
            System.out.println(row(
                    figure.title(),
                    Stream.of(Place.values())
                            .map(place -> figures.get(place))
                            .map(found -> found.containsKey(figure)
                                    ? String.format(Locale.ROOT, "%,d", Long.parseLong(found.get(figure)))
                                    : "")
                            .toList()));
        }
    }

    private static String row(String title, List<String> cells) {
        return Stream.concat(Stream.of(title), cells.stream()).collect(Collectors.joining(" | ", "| ", " |"));
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
    }
}
