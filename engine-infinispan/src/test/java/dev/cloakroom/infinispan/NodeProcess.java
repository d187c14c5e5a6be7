package dev.cloakroom.infinispan;

import dev.cloakroom.testkit.ChildProcess;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** A {@link ClusterNode} from outside. */
final class NodeProcess implements AutoCloseable {

    /** The answer of a node that died before it gave one. */
    static final String DIED = "died";

    private static final long DEADLINE_SECONDS = 60;

    /** Stands for as many descriptors as this process may have. */
    private static final int UNLIMITED = 0;

    private final ChildProcess child;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<String, CompletableFuture<String>> asked = new ConcurrentHashMap<>();
    private volatile boolean gone;
    private String pid = "";

    NodeProcess(int port, String ports, String cookieKeys, String clusterKey, String directory) throws IOException {
        this(UNLIMITED, port, ports, cookieKeys, clusterKey, directory);
    }

    /** Starts a node that may have so many files and sockets open. */
    NodeProcess(int descriptors, int port, String ports, String cookieKeys, String clusterKey, String directory)
            throws IOException {
        String[] arguments = {Integer.toString(port), ports, cookieKeys, clusterKey, directory};
        child = descriptors == UNLIMITED
                ? new ChildProcess(this::hear, ClusterNode.class, arguments)
                : ChildProcess.withDescriptors(descriptors, this::hear, ClusterNode.class, arguments);
    }

    /** Returns whether it has been killed, or told to leave. */
    boolean isGone() {
        return gone;
    }

    private void hear(String line) {
        int space = line.indexOf(' ');
        CompletableFuture<String> waiting = space < 0 ? null : asked.remove(line.substring(0, space));
        if (waiting != null) {
            waiting.complete(line.substring(space + 1));
        }
    }

    /** Waits until it sees so many nodes. */
    void awaitUp(int nodes) throws InterruptedException {
        awaitSaid("up");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!ask("nodes").equals(Integer.toString(nodes))) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it does not find all " + nodes + " nodes, but " + ask("nodes"));
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** Waits until it has said something that is no answer. */
    void awaitSaid(String line) throws InterruptedException {
        child.await(line::equals);
    }

    /** Asks something and waits for the answer. */
    String ask(String what) throws InterruptedException {
        if (gone) {
            return DIED;
        }
        String number = Long.toString(numbers.incrementAndGet());
        CompletableFuture<String> answer = new CompletableFuture<>();
        asked.put(number, answer);
        if (gone) {
            return DIED;
        }
        synchronized (child) {
            child.say(number + " " + what);
        }
        try {
            return answer.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("no answer to " + what.substring(0, what.indexOf(' ')), e);
        }
    }

    /** Kills it as {@code kill -9} does; callers that wait for an answer get {@link #DIED}. */
    void kill() throws InterruptedException {
        gone = true;
        child.kill();
        asked.values().forEach(answer -> answer.complete(DIED));
    }

    /** Stops it as {@code kill -STOP} does: it keeps its memory and its connections, and does nothing. */
    void freeze() throws IOException, InterruptedException {
        if (pid.isEmpty()) {
            pid = ask("pid");
        }
        signal("STOP");
    }

    /** Has it go on after {@link #freeze}. */
    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, pid).inheritIO().start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + name + " failed");
        }
    }

    /** Asks something whose answer is not waited for. */
    CompletableFuture<String> begin(String what) {
        String number = Long.toString(numbers.incrementAndGet());
        CompletableFuture<String> answer = new CompletableFuture<>();
        asked.put(number, answer);
        synchronized (child) {
            child.say(number + " " + what);
        }
        return answer;
    }

    /** Has it leave, and waits until it has. */
    void leave() throws InterruptedException {
        gone = true;
        child.say("leave");
        child.awaitEnd();
        asked.values().forEach(answer -> answer.complete(DIED));
    }

    @Override
    public void close() {
        child.close();
    }
}
