package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRingFile;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.testkit.Concurrently;
import dev.cloakroom.testkit.Effort;
import dev.cloakroom.testkit.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Three processes that are a cluster, and what becomes of their sessions when some are killed or restarted. */
class ClusterTest {

    private static final int NODES = 3;
    private static final int CLIENTS = 6;
    private static final int PER_PRINCIPAL = 8;

    @TempDir
    private static Path directory;

    private static final List<Integer> PORTS = FreePorts.several(NODES);

    /** The processes of all tests: each test finds three, and starts those that the one before it ended. */
    private static final AtomicReferenceArray<NodeProcess> NODE = new AtomicReferenceArray<>(NODES);

    @BeforeAll
    static void writeKeys() throws IOException {
        KeyRingFile.write(
                directory.resolve("cookies"), KeySet.of(List.of(SigningKey.generate(KeyAlgorithm.HMAC_SHA_256))));
        byte[] clusterKey = new byte[32];
        new SecureRandom().nextBytes(clusterKey);
        Files.write(directory.resolve("cluster"), clusterKey);
    }

    @BeforeEach
    void startMissing() {
        Concurrently.run(NODES, i -> {
            NodeProcess node = NODE.get(i);
            if (node == null || node.isGone()) {
                start(i, NODES);
            }
            return true;
        });
    }

    private static void start(int node, int expected) throws IOException, InterruptedException {
        NodeProcess process = new NodeProcess(
                PORTS.get(node),
                PORTS.stream().map(port -> Integer.toString(port)).collect(Collectors.joining(",")),
                directory.resolve("cookies").toString(),
                directory.resolve("cluster").toString(),
                directory.resolve("node" + node).toString());
        NODE.set(node, process);
        process.awaitUp(expected);
    }

    @AfterAll
    static void stop() {
        for (int i = 0; i < NODES; i++) {
            NodeProcess node = NODE.get(i);
            if (node != null) {
                node.close();
            }
        }
    }

    /** A session as a client knows it. */
    private static final class Visit {

        final String principal;
        final String cookie;
        final AtomicInteger acknowledged = new AtomicInteger();
        final AtomicInteger uncertain = new AtomicInteger();
        volatile boolean ending;
        volatile boolean ended;

        Visit(String principal, String cookie) {
            this.principal = principal;
            this.cookie = cookie;
        }
    }

    /** Asks any node, again and again until one can answer. */
    private String askUntilAnswered(Random random, String what) throws InterruptedException {
        return askUntilAnswered(() -> NODE.get(random.nextInt(NODES)), what);
    }

    private static String askUntilAnswered(NodeProcess node, String what) throws InterruptedException {
        return askUntilAnswered(() -> node, what);
    }

    private static String askUntilAnswered(Supplier<NodeProcess> node, String what) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline) {
            String answer = node.get().ask(what);
            if (!answer.equals(NodeProcess.DIED) && !answer.equals("unavailable")) {
                return answer;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        throw new AssertionError("no node answers");
    }

    /** How a cluster is put under load while nodes are killed: at an interval, or as soon as may be. */
    private record Trial(int sessions, int kills, Duration firstKill, Duration interval) {
        private Duration load() {
            return interval.multipliedBy(kills);
        }
    }

    /** A few kills; in a long search more of them, and a minute of load with a kill every ten seconds. */
    static List<Trial> trials() {
        int kills = Effort.times(1);
        return kills == 1
                ? List.of(new Trial(40, 2, Duration.ZERO, Duration.ZERO))
                : List.of(
                        new Trial(40, kills, Duration.ZERO, Duration.ZERO),
                        new Trial(400, 6, Duration.ofSeconds(5), Duration.ofSeconds(10)));
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("trials")
    void kill_underLoad_nothingLostDoubledOrBack(Trial trial) throws Exception {
        List<Visit> visits = new ArrayList<>();
        for (int i = 0; i < trial.sessions(); i++) {
            String principal = "killed" + i / PER_PRINCIPAL;
            visits.add(new Visit(principal, askUntilAnswered(new Random(i), "login " + principal)));
        }
        AtomicLong requests = new AtomicLong();
        AtomicLong longest = new AtomicLong();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        long start = System.nanoTime();
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                Random random = new Random(client);
                running.add(clients.submit(() -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        long asked = System.nanoTime();
                        request(random, visits.get(random.nextInt(trial.sessions())));
                        requests.incrementAndGet();
                        longest.accumulateAndGet(System.nanoTime() - asked, Math::max);
                    }
                    return null;
                }));
            }
            for (int kill = 0; kill < trial.kills(); kill++) {
                // Killed without a rest, there would soon be no node that has all copies.
                TimeUnit.MILLISECONDS.sleep(1_500);
                sleepUntil(start, trial.firstKill().plus(trial.interval().multipliedBy(kill)));
                int victim = kill % NODES;
                NODE.get(victim).kill();
                TimeUnit.MILLISECONDS.sleep(500);
                start(victim, NODES);
                assertThat(running).as("clients").noneMatch(Future::isDone);
            }
            TimeUnit.MILLISECONDS.sleep(1_000);
            sleepUntil(start, trial.load());
            clients.shutdownNow();
            for (Future<?> client : running) {
                try {
                    client.get(60, TimeUnit.SECONDS);
                } catch (java.util.concurrent.ExecutionException e) {
                    assertThat(e.getCause()).isInstanceOf(InterruptedException.class);
                }
            }
        } finally {
            clients.shutdownNow();
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);

        Outcome outcome = outcome(visits);
        System.out.printf(
                "%d s of load, %d kills: %d requests, longest wait %d ms; %s%n",
                seconds, trial.kills(), requests.get(), TimeUnit.NANOSECONDS.toMillis(longest.get()), outcome);
        assertThat(List.of(outcome.lost(), outcome.back(), outcome.incrementsLost(), outcome.incrementsDoubled()))
                .as("%s", outcome)
                .containsOnly(0);
        assertIndexIsExact(visits, new Random(1));
    }

    private static void sleepUntil(long start, Duration instant) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(start + instant.toNanos() - System.nanoTime());
    }

    /** What the clients find at the end, beside what they know. */
    private record Outcome(
            int sessions,
            int lost,
            int ended,
            int back,
            int increments,
            int incrementsLost,
            int incrementsDoubled,
            int uncertain) {
        @Override
        public String toString() {
            return sessions + " sessions, " + lost + " lost; " + ended + " ended, " + back + " back; " + increments
                    + " increments, " + incrementsLost + " lost, " + incrementsDoubled + " doubled, " + uncertain
                    + " more whose client was not told";
        }
    }

    private Outcome outcome(List<Visit> visits) throws InterruptedException {
        Random random = new Random(1);
        int lost = 0;
        int ended = 0;
        int back = 0;
        int increments = 0;
        int incrementsLost = 0;
        int incrementsDoubled = 0;
        int uncertain = 0;
        for (Visit visit : visits) {
            String count = askUntilAnswered(random, "get " + visit.cookie);
            boolean absent = count.equals("absent");
            increments += visit.acknowledged.get();
            uncertain += visit.uncertain.get();
            if (visit.ended) {
                ended++;
                back += absent ? 0 : 1;
            } else if (absent) {
                lost += visit.ending ? 0 : 1;
            } else {
                int most = visit.acknowledged.get() + visit.uncertain.get();
                incrementsLost += Math.max(0, visit.acknowledged.get() - Integer.parseInt(count));
                incrementsDoubled += Math.max(0, Integer.parseInt(count) - most);
            }
        }
        return new Outcome(visits.size(), lost, ended, back, increments, incrementsLost, incrementsDoubled, uncertain);
    }

    private void request(Random random, Visit visit) throws InterruptedException {
        if (random.nextInt(3_000) == 0) {
            visit.ending = true;
            askUntilAnswered(random, "logout " + visit.cookie);
            visit.ended = true;
        } else if (visit.ended) {
            assertThat(askUntilAnswered(random, "get " + visit.cookie))
                    .as("an ended session")
                    .isEqualTo("absent");
        } else {
            increment(random, visit);
        }
    }

    private void increment(Random random, Visit visit) throws InterruptedException {
        while (true) {
            // A client that is told to stop does not know either.
            visit.uncertain.incrementAndGet();
            String answer = NODE.get(random.nextInt(NODES)).ask("increment " + visit.cookie);
            if (answer.equals("done")) {
                visit.acknowledged.incrementAndGet();
                visit.uncertain.decrementAndGet();
                return;
            }
            if (answer.equals("absent")) {
                assertThat(visit.ending).as("absent though nobody ended it").isTrue();
                visit.uncertain.decrementAndGet();
                return;
            }
            assertThat(answer).isIn("unavailable", NodeProcess.DIED);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private void assertIndexIsExact(List<Visit> visits, Random random) throws InterruptedException {
        for (int i = 0; i < visits.size() / PER_PRINCIPAL; i++) {
            String principal = "killed" + i;
            long alive = 0;
            for (Visit visit : visits) {
                if (visit.principal.equals(principal)
                        && !askUntilAnswered(random, "get " + visit.cookie).equals("absent")) {
                    alive++;
                }
            }
            assertThat(askUntilAnswered(random, "sessions " + principal)).isEqualTo(Long.toString(alive));
            assertThat(askUntilAnswered(random, "everywhere " + principal)).isEqualTo(Long.toString(alive));
        }
        for (Visit visit : visits) {
            assertThat(askUntilAnswered(random, "get " + visit.cookie)).isEqualTo("absent");
        }
    }

    @Test
    void rollingRestart_ofAllNodes_noSessionLost() throws Exception {
        List<String> cookies = logins("rolling", Effort.times(1_000));

        for (int i = 0; i < NODES; i++) {
            NODE.get(i).leave();
            start(i, NODES);
        }

        assertAllThere(cookies);
        System.out.printf("rolling restart of %d nodes: %d sessions, 0 lost%n", NODES, cookies.size());
    }

    @Test
    void restart_ofAllNodes_inOrderNothingLostAndAfterAKillNothingBack() throws Exception {
        List<String> cookies = logins("restarted", Effort.times(500));
        List<String> ended = cookies.subList(0, 100);
        List<String> alive = cookies.subList(100, cookies.size());
        for (String cookie : ended) {
            assertThat(askUntilAnswered(NODE.get(1), "logout " + cookie)).isEqualTo("done");
        }
        askUntilAnswered(NODE.get(2), "increment " + alive.get(0));

        Concurrently.run(NODES, i -> {
            NODE.get(i).leave();
            return true;
        });
        startAll();

        assertThat(askUntilAnswered(NODE.get(0), "get " + alive.get(0))).isEqualTo("1");
        assertAllThere(alive.subList(1, alive.size()));
        Random random = new Random(1);
        assertThat(alive(ended, random)).isZero();
        assertThat(askUntilAnswered(random, "sessions restarted100")).isEqualTo("1");
        assertThat(total("ended", 0)).as("endings that are told again").isZero();

        for (int i = 0; i < NODES; i++) {
            NODE.get(i).kill();
        }
        long start = System.nanoTime();
        startAll();

        assertThat(alive(cookies, random)).isZero();
        assertThat(askUntilAnswered(random, "login after")).startsWith("__Host-");
        // Each knows that all are there who could have had sessions, so none waits for the minute that it might.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(50));
    }

    private void startAll() {
        Concurrently.run(NODES, i -> {
            start(i, NODES);
            return true;
        });
    }

    @Test
    void leave_ofTwoNodesAtATime_noSessionLost() throws Exception {
        List<String> cookies = logins("left", Effort.times(1_000));

        ExecutorService leaving = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> both = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                NodeProcess node = NODE.get(i);
                both.add(leaving.submit(() -> {
                    node.leave();
                    return null;
                }));
            }
            for (Future<?> each : both) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            leaving.shutdownNow();
        }

        for (String cookie : cookies) {
            assertThat(askUntilAnswered(NODE.get(2), "get " + cookie)).isEqualTo("0");
        }
    }

    @Test
    void refresh_onAllNodesAtATime_onceInTheClusterAndFreedByTheDeathOfItsHolder() throws Exception {
        String one = askUntilAnswered(NODE.get(0), "login refreshed");
        String other = askUntilAnswered(NODE.get(1), "login refreshed");
        int refreshed = total("refreshed", 0);
        ExecutorService requests = Executors.newFixedThreadPool(4 * NODES + 1);
        try {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 4 * NODES; i++) {
                NodeProcess node = NODE.get(i % NODES);
                answers.add(requests.submit(() -> node.ask("refresh " + one)));
            }
            String first = answers.get(0).get(60, TimeUnit.SECONDS);
            assertThat(first).startsWith("token ");
            for (Future<String> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo(first);
            }
            assertThat(total("refreshed", 0)).isEqualTo(refreshed + 1);

            NodeProcess holder = NODE.get(0);
            Future<String> never = requests.submit(() -> holder.ask("hang " + other));
            holder.awaitSaid("hangs");
            int before = total("refreshed", 1);
            holder.kill();
            assertThat(never.get(60, TimeUnit.SECONDS)).isEqualTo(NodeProcess.DIED);
            answers.clear();
            for (int i = 0; i < 4 * NODES; i++) {
                NodeProcess node = NODE.get(1 + i % (NODES - 1));
                answers.add(requests.submit(() -> askUntilAnswered(node, "refresh " + other)));
            }
            String token = answers.get(0).get(60, TimeUnit.SECONDS);
            assertThat(token).startsWith("token ");
            for (Future<String> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo(token);
            }
            assertThat(total("refreshed", 1)).isEqualTo(before + 1);
        } finally {
            requests.shutdownNow();
        }
    }

    /** Returns the sum of what nodes answer, from one of them on. */
    private int total(String what, int from) throws InterruptedException {
        int total = 0;
        for (int i = from; i < NODES; i++) {
            total += Integer.parseInt(NODE.get(i).ask(what));
        }
        return total;
    }

    @Test
    void everywhere_onOneNode_eachEndingToldOnceInTheCluster() throws Exception {
        int ended = total("ended", 0);
        for (int i = 0; i < 2 * NODES; i++) {
            askUntilAnswered(NODE.get(i % NODES), "login everywhere");
        }

        assertThat(askUntilAnswered(NODE.get(0), "everywhere everywhere")).isEqualTo(Integer.toString(2 * NODES));

        assertThat(total("ended", 0)).isEqualTo(ended + 2 * NODES);
    }

    @Test
    void logins_onAllNodesWhileOneIsKilled_limitHoldsAndAllAreFound() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        List<String> cookies = new ArrayList<>();
        try {
            List<Future<List<String>>> running = new ArrayList<>();
            CountDownLatch halfway = new CountDownLatch(CLIENTS);
            for (int client = 0; client < CLIENTS; client++) {
                Random random = new Random(client);
                running.add(clients.submit(() -> {
                    List<String> own = new ArrayList<>();
                    for (int i = 0; i < Effort.times(20); i++) {
                        own.add(askUntilAnswered(random, "login limited"));
                        if (i == 9) {
                            halfway.countDown();
                        }
                    }
                    return own;
                }));
            }
            assertThat(halfway.await(60, TimeUnit.SECONDS)).isTrue();
            NODE.get(1).kill();
            for (Future<List<String>> client : running) {
                cookies.addAll(client.get(60, TimeUnit.SECONDS));
            }
        } finally {
            clients.shutdownNow();
        }

        Random random = new Random(1);
        assertThat(alive(cookies, random)).isBetween(1L, (long) ClusterNode.LIMIT);
        assertThat(askUntilAnswered(random, "login limited")).startsWith("__Host-");
        assertThat(askUntilAnswered(random, "sessions limited")).isEqualTo(Integer.toString(ClusterNode.LIMIT));
        assertThat(askUntilAnswered(random, "everywhere limited")).isEqualTo(Integer.toString(ClusterNode.LIMIT));
        assertThat(alive(cookies, random)).isZero();
        assertThat(askUntilAnswered(random, "sessions limited")).isEqualTo("0");
    }

    private long alive(List<String> cookies, Random random) throws InterruptedException {
        long alive = 0;
        for (String cookie : cookies) {
            alive += askUntilAnswered(random, "get " + cookie).equals("absent") ? 0 : 1;
        }
        return alive;
    }

    private List<String> logins(String users, int number) throws InterruptedException {
        List<String> cookies = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            cookies.add(askUntilAnswered(NODE.get(i % NODES), "login " + users + i));
        }
        assertThat(cookies).allMatch(cookie -> cookie.startsWith("__Host-"));
        return cookies;
    }

    private void assertAllThere(List<String> cookies) throws InterruptedException {
        for (int i = 0; i < cookies.size(); i++) {
            assertThat(askUntilAnswered(NODE.get(i % NODES), "get " + cookies.get(i)))
                    .isEqualTo("0");
        }
    }
}
