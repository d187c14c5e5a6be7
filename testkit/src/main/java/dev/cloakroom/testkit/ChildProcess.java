package dev.cloakroom.testkit;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A process that runs a class of the tests with this JVM's flags. A test writes lines to its standard input, reads
 * lines from its output, and may kill it as {@code kill -9} does.
 */
public final class ChildProcess implements AutoCloseable {

    private static final long DEADLINE_SECONDS = 120;

    private final Process process;
    private final PrintStream in;
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final Consumer<String> listener;
    private final Thread reader;

    /** Starts the {@code main} method of a class. */
    public ChildProcess(Class<?> main, String... arguments) throws IOException {
        this(line -> {}, main, arguments);
    }

    /** Starts the {@code main} method of a class, and passes each line of its output to a listener. */
    public ChildProcess(Consumer<String> listener, Class<?> main, String... arguments) throws IOException {
        this(List.of(), listener, main, arguments);
    }

    private ChildProcess(List<String> shell, Consumer<String> listener, Class<?> main, String... arguments)
            throws IOException {
        this.listener = listener;
        List<String> command = new ArrayList<>(shell);
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--"))
                .forEach(command::add);
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        reader = new Thread(this::read, "child " + process.pid());
        reader.start();
    }

    /** Starts a class's {@code main} in a process that may have so many files and sockets open. Needs a POSIX shell. */
    public static ChildProcess withDescriptors(int limit, Consumer<String> listener, Class<?> main, String... arguments)
            throws IOException {
        List<String> shell = List.of("sh", "-c", "ulimit -n " + limit + " && exec \"$@\"", "sh");
        return new ChildProcess(shell, listener, main, arguments);
    }

    private void read() {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                listener.accept(line);
            }
        } catch (IOException e) {
            // The process ended in the middle of a line.
        }
    }

    /** Writes a line to its standard input. */
    public void say(String line) {
        in.println(line);
    }

    /** Waits for a matching line of output, and returns it. */
    public String await(Predicate<String> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (System.nanoTime() < deadline) {
            synchronized (lines) {
                for (String line : lines) {
                    if (wanted.test(line)) {
                        return line;
                    }
                }
            }
            if (!process.isAlive() && !reader.isAlive()) {
                throw new AssertionError("the child process ended with exit code " + process.exitValue()
                        + " before it wrote the awaited line; its output: " + lines());
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        throw new AssertionError("the child process did not write the awaited line in time; its output: " + lines());
    }

    /** Kills the process with a signal that it cannot handle, and returns its whole output. */
    public List<String> kill() throws InterruptedException {
        // Process.destroyForcibly() would close the pipe and lose the lines that are still in it.
        process.toHandle().destroyForcibly();
        process.waitFor();
        reader.join();
        return lines();
    }

    /** Waits until the process exits, and returns its whole output. */
    public List<String> awaitEnd() throws InterruptedException {
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the child process did not exit in time; its output: " + lines());
        }
        reader.join();
        return lines();
    }

    /** Returns its exit code. */
    public int exitValue() {
        return process.exitValue();
    }

    /** Returns the lines of its output so far. */
    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** Returns the last line of its output. */
    public String lastLine() {
        synchronized (lines) {
            return lines.get(lines.size() - 1);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
