package dev.cloakroom.infinispan;

import dev.cloakroom.Attribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionEvent;
import dev.cloakroom.SessionLimit;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.StoreUnavailableException;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process that is one node: an engine that answers requests, one a line: a number, what to do, and the cookie. The
 * answer begins with the number.
 */
final class ClusterNode {

    private static final Attribute<Long> COUNT = Attribute.ofLong("count");
    private static final Attribute<String> TOKEN = Attribute.ofString("token");
    private static final int THREADS = 16;

    /** How many sessions a principal may have. */
    static final int LIMIT = 12;

    /** How long a refresher may take, so also how long one that is dead holds up the others. */
    static final Duration LEASE = Duration.ofSeconds(10);

    private final InfinispanSessionStore store;
    private final SessionEngine engine;
    private final AtomicInteger refreshed = new AtomicInteger();
    private final AtomicInteger ended;
    private final List<FileInputStream> opened = new ArrayList<>();
    private volatile boolean exhausting;

    private ClusterNode(InfinispanSessionStore store, SessionEngine engine, AtomicInteger ended) {
        this.store = store;
        this.engine = engine;
        this.ended = ended;
    }

    /** Runs a node: its port, the ports of all, the files of the cookies' keys and of the cluster's, its directory. */
    public static void main(String[] arguments) throws IOException {
        InfinispanSessionStore store = InfinispanSessionStore.builder()
                .clusterName("cluster-test")
                .bindAddress("127.0.0.1")
                .port(Integer.parseInt(arguments[0]))
                .peers(List.of(arguments[1].split(",", -1)).stream()
                        .map(port -> "127.0.0.1:" + port)
                        .toArray(String[]::new))
                .clusterKey(java.nio.file.Files.readAllBytes(Path.of(arguments[3])))
                .persistedTo(Path.of(arguments[4]))
                .build();
        AtomicInteger ended = new AtomicInteger();
        SessionEngine engine = SessionEngine.builder()
                .keys(KeyRing.fromFile(Path.of(arguments[2])))
                .store(store)
                .maxSessionsPerPrincipal(LIMIT, SessionLimit.END_OLDEST_LOGIN)
                .refreshLease(LEASE)
                .listener(event -> {
                    if (event instanceof SessionEvent.Ended) {
                        ended.incrementAndGet();
                    }
                })
                .build();
        ClusterNode node = new ClusterNode(store, engine, ended);
        say("up");
        ExecutorService workers = Executors.newFixedThreadPool(THREADS);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("leave"); line = in.readLine()) {
            String[] words = line.split(" ", 3);
            workers.execute(() -> say(words[0] + " " + node.answer(words[1], words.length < 3 ? "" : words[2])));
        }
        workers.shutdown();
        engine.close();
        say("left");
        System.exit(0);
    }

    private static void say(String line) {
        // One write for the whole line, or those of several threads would mix.
        System.out.print(line + "\n");
        System.out.flush();
    }

    private String answer(String verb, String argument) {
        try {
            return switch (verb) {
                case "login" -> login(argument);
                case "increment" -> increment(argument);
                case "get" -> get(argument);
                case "logout" -> logout(argument);
                case "sessions" -> Integer.toString(engine.sessionsOf(argument).size());
                case "everywhere" -> Integer.toString(engine.logoutEverywhere(argument));
                case "refresh" -> refresh(argument);
                case "hang" -> hang(argument);
                case "refreshed" -> refreshed.toString();
                case "pid" -> Long.toString(ProcessHandle.current().pid());
                case "nodes" -> Integer.toString(store.nodes());
                case "ended" -> ended.toString();
                case "exhaust" -> Integer.toString(exhaustDescriptors());
                case "free" -> freeDescriptors();
                case "acceptor" -> acceptorMillis();
                default -> throw new IllegalArgumentException(verb);
            };
        } catch (StoreUnavailableException e) {
            return "unavailable";
        } catch (RuntimeException e) {
            e.printStackTrace();
            return "failed " + e;
        }
    }

    /** Opens files until it cannot any more, and goes on whenever it can again. Returns how many it had at first. */
    private synchronized int exhaustDescriptors() {
        // Logging reads files of the JDK at the first line.
        System.getLogger(ClusterNode.class.getName()).log(System.Logger.Level.INFO, "takes all descriptors");
        int first = open();
        exhausting = true;
        Thread thread = new Thread(this::openAgain, "exhaust");
        thread.setDaemon(true);
        thread.start();
        return first;
    }

    private synchronized int open() {
        try {
            while (true) {
                opened.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException e) {
            return opened.size();
        }
    }

    private void openAgain() {
        while (exhausting) {
            synchronized (this) {
                if (exhausting) {
                    open();
                }
            }
            pause(1);
        }
    }

    private synchronized String freeDescriptors() {
        exhausting = false;
        opened.forEach(file -> {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        opened.clear();
        return "done";
    }

    /** Returns the processor time of the thread that accepts connections, or that there is none. */
    private static String acceptorMillis() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("cloakroom-infinispan-accept"))
                .findFirst()
                .map(thread -> Long.toString(TimeUnit.NANOSECONDS.toMillis(
                        ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId()))))
                .orElse("dead");
    }

    private String login(String principal) {
        Session session = engine.open((String) null);
        session.put(COUNT, 0L);
        session.login(principal);
        String cookie = engine.commit(session).get(0);
        return cookie.substring(0, cookie.indexOf(';'));
    }

    private String increment(String cookie) {
        Session session = engine.open(cookie);
        if (session.isNew()) {
            return "absent";
        }
        session.update(COUNT, count -> Objects.requireNonNull(count) + 1);
        engine.commit(session);
        return session.isEnded() ? "absent" : "done";
    }

    private String get(String cookie) {
        Session session = engine.open(cookie);
        Long count = session.get(COUNT);
        return session.isNew() || count == null ? "absent" : count.toString();
    }

    private String logout(String cookie) {
        Session session = engine.open(cookie);
        session.logout();
        engine.commit(session);
        return "done";
    }

    /** Makes a token unless there is one, which takes a while. */
    private String refresh(String cookie) {
        return engine.open(cookie).refresh(TOKEN, token -> false, none -> {
            pause(200);
            return "token " + refreshed.incrementAndGet();
        });
    }

    /** Begins to make a token, says so, and never has it. */
    private String hang(String cookie) {
        return engine.open(cookie).refresh(TOKEN, token -> false, none -> {
            say("hangs");
            pause(Long.MAX_VALUE);
            return "";
        });
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
