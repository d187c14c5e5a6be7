package dev.cloakroom.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.testing.Child;
import dev.cloakroom.testing.Effort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills real processes at random instants while they write, and looks at what is left: no write that returned may be
 * lost, no session that was ended may be back, no session may be half of two versions.
 *
 * <p>A process says what it is about to do, does it, and says that it is done, so that what was said before it was
 * killed is what it had been told. With {@code -Plong} there are two hundred kills a case.
 */
@Tag("long")
class KillTest {

    /** In each case: few in the normal build, as each starts two or three processes. */
    private static final int KILLS = Effort.times(1) == 1 ? 5 : Effort.times(10);

    @TempDir
    private Path directory;

    @Test
    void kill_withRoomToSpare_nothingLost() throws Exception {
        killAndLook(new Setup(20_000, 4096));
    }

    @Test
    void kill_whileTheFileGrows_nothingLost() throws Exception {
        killAndLook(new Setup(500_000, 64));
    }

    @Test
    void kill_atTheBound_nothingLost() throws Exception {
        killAndLook(new Setup(200, 16_384));
    }

    /** A recovery that is killed must leave what the next one needs. */
    @Test
    void kill_ofRecoveries_nothingLost() throws Exception {
        // In the normal build enough for a recovery that takes longer than it takes to kill it.
        int sessions = Effort.times(1) == 1 ? 20_000 : 200_000;
        Setup setup = new Setup(200_000, 128);
        try (ChronicleSessionStore store = setup.open(directory)) {
            for (int i = 0; i < sessions; i++) {
                store.insert(Sessions.of(i, Sessions.ADA, "coat " + i));
            }
        }
        try (Child dirty = new Child(KillTestWriter.class, setup.arguments(directory, -1))) {
            dirty.say("go");
            dirty.await("ready"::equals);
        }
        Random random = new Random(11);
        int longest = Effort.times(1) == 1 ? 300 : 1_500;
        int completed = 0;
        for (int kill = 0; kill < 2 * KILLS; kill++) {
            Path copy = directory.resolve("sessions-" + (completed + 2) + ".map");
            Files.deleteIfExists(copy);
            try (Child recoverer = new Child(KillTestWriter.class, setup.arguments(directory, -1))) {
                recoverer.say("go");
                recoverer.await("opening"::equals);
                long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
                while (!Files.exists(copy)) {
                    assertThat(recoverer.lines()).doesNotContain("ready");
                    assertThat(System.nanoTime()).as("the time").isLessThan(deadline);
                    TimeUnit.MILLISECONDS.sleep(1);
                }
                TimeUnit.MILLISECONDS.sleep(random.nextInt(longest));
                boolean done = recoverer.kill().contains("ready");
                completed += done ? 1 : 0;
                // However fast the machine is, the kills come at all stages of a recovery, the last one included.
                longest = Math.max(50, done ? longest / 2 : longest * 5 / 4);
            }
        }
        System.out.printf("%d recoveries killed, %d of them when they were done%n", 2 * KILLS, completed);
        assertThat(completed).as("recoveries killed when they were done").isLessThan(2 * KILLS);

        try (ChronicleSessionStore store = setup.open(directory)) {
            assertThat(store.recovery()).isPresent();
            assertThat(store.size()).isEqualTo(sessions);
            for (int i = 0; i < sessions; i++) {
                assertThat(store.load(Sessions.key(i))).isEqualTo(Sessions.of(i, Sessions.ADA, "coat " + i));
            }
            assertThat(store.byPrincipal(Sessions.ADA)).hasSize(sessions);
        }
    }

    private record Setup(long maximumSessions, int typicalBytes) {
        String[] arguments(Path directory, int run) {
            return new String[] {directory.toString(), "" + maximumSessions, "" + typicalBytes, "" + run};
        }

        ChronicleSessionStore open(Path directory) {
            return ChronicleSessionStore.persistedTo(directory)
                    .maxSessions(maximumSessions)
                    .typicalSessionBytes(typicalBytes)
                    .build();
        }
    }

    private void killAndLook(Setup setup) throws Exception {
        Random random = new Random(setup.typicalBytes);
        Map<SessionKey, Step> sessions = new HashMap<>();
        List<Duration> recoveries = new ArrayList<>();
        int acknowledged = 0;
        int completed = 0;
        for (int run = 0; run < KILLS; run++) {
            List<String> said;
            try (Child writer = new Child(KillTestWriter.class, setup.arguments(directory, run))) {
                sessions.values().stream().filter(Step::isLive).forEach(step -> writer.say(step.toString()));
                writer.say("go");
                writer.await(line -> line.startsWith("begin "));
                TimeUnit.MILLISECONDS.sleep(random.nextInt(400));
                said = writer.kill();
            }
            if (run % 4 == 3) {
                killARecovery(setup, random);
            }
            Map<SessionKey, Step> underWay = new HashMap<>();
            acknowledged += take(said, sessions, underWay);
            try (ChronicleSessionStore store = setup.open(directory)) {
                Recovery recovery = store.recovery().orElseThrow();
                assertThat(recovery.discarded()).isZero();
                recoveries.add(recovery.duration());
                completed += recovery.completed();
                look(store, sessions, underWay);
            }
        }
        System.out.printf(
                "%s: %d kills, %d writes acknowledged, %d completed by recovery, %d sessions at the end, recovery in %d ms"
                        + " (median), %d ms (longest)%n",
                setup,
                KILLS,
                acknowledged,
                completed,
                sessions.values().stream().filter(Step::isLive).count(),
                recoveries.stream().sorted().toList().get(KILLS / 2).toMillis(),
                recoveries.stream().max(Duration::compareTo).orElseThrow().toMillis());
    }

    private void killARecovery(Setup setup, Random random) throws Exception {
        try (Child recoverer = new Child(KillTestWriter.class, setup.arguments(directory, -1))) {
            recoverer.say("go");
            recoverer.await("opening"::equals);
            TimeUnit.MILLISECONDS.sleep(random.nextInt(1_500));
        }
    }

    /** Follows what a writer said; what it had begun and not ended is under way. */
    private static int take(List<String> said, Map<SessionKey, Step> sessions, Map<SessionKey, Step> underWay) {
        int acknowledged = 0;
        for (String line : said) {
            if (line.startsWith("begin ")) {
                Step step = Step.parse(line.substring("begin ".length()));
                underWay.put(step.key(), step);
            } else if (line.startsWith("done ")) {
                Step step = Step.parse(line.substring("done ".length()));
                assertThat(underWay.remove(step.key())).isEqualTo(step);
                sessions.put(step.key(), step);
                acknowledged++;
            } else if (line.startsWith("full ")) {
                underWay.remove(Step.parse(line.substring("full ".length())).key());
            } else {
                assertThat(line).isIn("opening", "ready");
            }
        }
        return acknowledged;
    }

    /** Compares what is in the store with what was said, and with the index. */
    private static void look(
            ChronicleSessionStore store, Map<SessionKey, Step> sessions, Map<SessionKey, Step> underWay) {
        for (Map.Entry<SessionKey, Step> change : underWay.entrySet()) {
            Step before = sessions.getOrDefault(change.getKey(), Step.absent(change.getKey()));
            Step found = Step.of(change.getKey(), store.load(change.getKey()));
            assertThat(found).as("a session that was being written").isIn(before, change.getValue());
            sessions.put(change.getKey(), found);
        }
        for (Step step : sessions.values()) {
            assertThat(Step.of(step.key(), store.load(step.key()))).isEqualTo(step);
        }
        assertThat(store.size())
                .isEqualTo(sessions.values().stream().filter(Step::isLive).count());
        assertThat(store.anonymousSessions())
                .isEqualTo(sessions.values().stream()
                        .filter(step -> step.isLive() && step.principal() == 0)
                        .count());
        Map<Integer, List<Step>> byPrincipal =
                sessions.values().stream().filter(Step::isLive).collect(Collectors.groupingBy(Step::principal));
        for (int principal = 1; principal <= Step.PRINCIPALS; principal++) {
            assertThat(store.byPrincipal(new PrincipalKey(principal, principal)).stream()
                            .map(record -> Step.of(record.key(), record)))
                    .containsExactlyInAnyOrderElementsOf(byPrincipal.getOrDefault(principal, List.of()));
        }
    }

    /**
     * What a session is to be, or is. Its data follow from the key, the version and the length.
     *
     * @param version 0 if there is none
     * @param principal 0 if it is anonymous
     */
    record Step(SessionKey key, long version, long lastAccess, int length, int principal) {

        static final int PRINCIPALS = 40;
        private static final long CREATED = 1_000;

        static Step absent(SessionKey key) {
            return new Step(key, 0, 0, 0, 0);
        }

        static Step of(SessionKey key, @Nullable SessionRecord record) {
            if (record == null) {
                return absent(key);
            }
            PrincipalKey principal = record.principal();
            Step step = new Step(
                    key,
                    record.version(),
                    record.lastAccess(),
                    record.data().length,
                    principal == null ? 0 : (int) principal.high());
            assertThat(Arrays.equals(record.data(), step.data()))
                    .as("the data are whole")
                    .isTrue();
            return step;
        }

        boolean isLive() {
            return version > 0;
        }

        SessionRecord record() {
            return new SessionRecord(
                    key,
                    version,
                    CREATED,
                    lastAccess,
                    Long.MAX_VALUE,
                    Long.MAX_VALUE,
                    principal == 0 ? null : new PrincipalKey(principal, principal),
                    data());
        }

        private byte[] data() {
            byte[] data = new byte[length];
            new Random(key.low() ^ version).nextBytes(data);
            return data;
        }

        static Step parse(String text) {
            List<Long> numbers =
                    Arrays.stream(text.split(" ")).map(Long::parseLong).toList();
            return new Step(
                    new SessionKey(numbers.get(0), numbers.get(1)),
                    numbers.get(2),
                    numbers.get(3),
                    numbers.get(4).intValue(),
                    numbers.get(5).intValue());
        }

        @Override
        public String toString() {
            return key.high() + " " + key.low() + " " + version + " " + lastAccess + " " + length + " " + principal;
        }
    }
}
