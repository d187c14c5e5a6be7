package dev.cloakroom.examples.demo;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A node of the demo in a process of its own, which ends with this process however that ends. */
final class NodeProcess {

    private static final int PATIENCE_SECONDS = 10;

    /** From this Java on, a JVM warns of what Infinispan uses unless it is told that it may. */
    private static final int WARNS = 24;

    private final String name;
    private final List<String> arguments;
    private final String secret;
    private final AtomicLong answered = new AtomicLong();

    private volatile @Nullable Process process;
    private volatile @Nullable URI uri;

    NodeProcess(String name, List<String> arguments, String secret) {
        this.name = name;
        this.arguments = List.copyOf(arguments);
        this.secret = secret;
    }

    String name() {
        return name;
    }

    /** Returns where it answers, or null if it does not. */
    @Nullable
    URI uri() {
        return isAlive() ? uri : null;
    }

    void countAnswer() {
        answered.incrementAndGet();
    }

    Backend.NodeState state() {
        Process running = process;
        if (running == null || !running.isAlive()) {
            return new Backend.NodeState(name, "down", 0, answered.get(), true);
        }
        return new Backend.NodeState(name, uri == null ? "starting" : "up", running.pid(), answered.get(), true);
    }

    private boolean isAlive() {
        Process running = process;
        return running != null && running.isAlive();
    }

    /** Starts it if it does not run, and returns when it serves. */
    synchronized void start() throws IOException {
        if (isAlive()) {
            return;
        }
        uri = null;
        ProcessBuilder builder = new ProcessBuilder(command()).redirectErrorStream(true);
        builder.environment().put(NodeServer.SECRET, secret);
        Process started = builder.start();
        process = started;
        BufferedReader out =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder seen = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(Demo.NODE_READY)) {
                uri = URI.create(line.substring(Demo.NODE_READY.length()));
                drain(out);
                return;
            }
            seen.append(line).append(System.lineSeparator());
        }
        throw new IOException("the node " + name + " has not started: " + seen);
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        if (Runtime.version().feature() >= WARNS) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of("-cp", classPath(), Demo.class.getName()));
        command.addAll(arguments);
        return command;
    }

    /** Returns the class path of this demo. In Maven's process it is that of a class loader. */
    private static String classPath() {
        if (NodeProcess.class.getClassLoader() instanceof URLClassLoader loader) {
            List<String> paths = new ArrayList<>();
            for (URL url : loader.getURLs()) {
                try {
                    paths.add(Path.of(url.toURI()).toString());
                } catch (URISyntaxException e) {
                    throw new IllegalStateException("a part of the class path has no file: " + url, e);
                }
            }
            return String.join(File.pathSeparator, paths);
        }
        return System.getProperty("java.class.path");
    }

    /** Reads what the process prints from now on, so that it never waits to print more. */
    private void drain(BufferedReader out) {
        Thread thread = new Thread(
                () -> {
                    try (out) {
                        out.transferTo(Writer.nullWriter());
                    } catch (IOException e) {
                        // The process is gone.
                    }
                },
                "node-" + name + "-output");
        thread.setDaemon(true);
        thread.start();
    }

    /** Kills it: it gets no chance to hand anything over. */
    void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            await(running);
        }
    }

    /** Asks it to end. */
    void stop() {
        Process running = process;
        if (running != null) {
            running.destroy();
        }
    }

    /** Waits for its end. */
    void awaitEnd() {
        Process running = process;
        if (running != null) {
            await(running);
        }
    }

    private static void await(Process running) {
        try {
            if (!running.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                running.destroyForcibly();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
