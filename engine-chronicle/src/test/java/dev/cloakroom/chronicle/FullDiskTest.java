package dev.cloakroom.chronicle;

import static dev.cloakroom.chronicle.Sessions.ADA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.store.StoreUnavailableException;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A disk that is full: files with holes are written to through memory, so the system has no call to refuse. Needs Linux,
 * for a small file system in a mount namespace of its own; who is not root gets that within a user namespace.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FullDiskTest {

    @TempDir
    private Path mount;

    @ParameterizedTest
    @CsvSource({"20m, 1500", "60m, 6000", "100m, 40000"})
    void write_diskGettingFull_refusedInTimeAndGoesOnWhenThereIsRoom(String size, String bytes) throws Exception {
        assertThat(run(size, "approach", bytes)).endsWith("went on\n");
    }

    @Test
    void write_othersFillTheDisk_refusedUntilThereIsRoom() throws Exception {
        assertThat(run("100m", "crowd", "1000")).endsWith("went on\n");
    }

    /** Nobody looks how full the disk is, as when others fill it at once. */
    @ParameterizedTest
    @CsvSource({"2m, 300", "24m, 3000", "60m, 40000"})
    @EnabledForJreRange(
            minVersion = 25,
            disabledReason = "an older JVM may tell that a page could not be written to when the write has returned")
    void write_noBlockLeft_unavailableUntilOpenedAgainAndNothingLost(String size, String bytes) throws Exception {
        assertThat(run(size, "fill", bytes)).endsWith("recovered\n");
    }

    @Test
    void build_noBlockLeft_refusedAndTheDirectoryIsFree() throws Exception {
        assertThat(run("64k", "create", "0")).endsWith("refused\n");
    }

    /** Wherever the page was: a principal's list may be wrong although the journal had not been written to. */
    @Test
    void failure_ofAPage_nothingIsWrittenOrCalledAbsentAfterIt() {
        Volume volume = ClosingTest.inMemory();
        SessionRecord record = Sessions.of(1, ADA, "coat");
        volume.insert(record);

        assertThat(volume.failure(new InternalError("a fault occurred")))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("disk is full");

        assertThat(volume.isBroken()).isTrue();
        assertThat(volume.load(record.key())).isEqualTo(record);
        assertUnavailable(() -> volume.load(Sessions.key(2)));
        assertUnavailable(() -> volume.byPrincipal(ADA));
        assertUnavailable(() -> volume.insert(Sessions.of(2, ADA, "coat")));
        assertUnavailable(() -> volume.touch(record.key(), Sessions.NOW + 1));
        volume.close("");
    }

    private static void assertUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(StoreUnavailableException.class).hasMessageContaining("open it again");
    }

    private String run(String size, String... arguments) throws IOException, InterruptedException {
        String mounting = "mount --make-rprivate / && mount -t tmpfs -o size=" + size + " none \"$0\"";
        List<String> inNamespace = namespace(List.of(mounting, mount.toString()));
        List<String> command = new ArrayList<>();
        command.addAll(List.of(mounting + " && exec \"$@\"", mount.toString()));
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--"))
                .forEach(command::add);
        command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path"), Filler.class.getName()));
        command.add(mount.toString());
        command.addAll(List.of(arguments));
        return output(inNamespace, command);
    }

    /** Returns what runs a shell where it may mount a file system, which it is seen to do. */
    private static List<String> namespace(List<String> mounting) throws IOException, InterruptedException {
        List<String> refusals = new ArrayList<>();
        for (List<String> flags : List.of(List.of("--mount"), List.of("--mount", "--map-root-user"))) {
            List<String> shell = new ArrayList<>(List.of("unshare"));
            shell.addAll(flags);
            shell.addAll(List.of("sh", "-c"));
            String refusal = output(shell, mounting);
            if (refusal.isEmpty()) {
                return shell;
            }
            refusals.add(refusal);
        }
        throw new AssertionError("no small file system can be mounted here, neither as root nor in a user namespace,"
                + " so what a full disk does to a store cannot be tested: " + refusals);
    }

    private static String output(List<String> command, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(command);
        all.addAll(arguments);
        try {
            Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            return output;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Works on a store on a small file system, and says how that went. */
    static final class Filler {

        private final Path mount;
        private final Map<SessionKey, SessionRecord> acknowledged = new LinkedHashMap<>();

        private Filler(Path mount) {
            this.mount = mount;
        }

        public static void main(String[] arguments) throws Exception {
            Filler filler = new Filler(Path.of(arguments[0]));
            int bytes = Integer.parseInt(arguments[2]);
            switch (arguments[1]) {
                case "approach" -> filler.approach(bytes);
                case "crowd" -> filler.crowd(bytes);
                case "fill" -> filler.fill(bytes);
                default -> filler.create();
            }
        }

        private ChronicleSessionStore.Builder builder() {
            return ChronicleSessionStore.persistedTo(mount.resolve("sessions")).maxSessions(20_000);
        }

        private ChronicleSessionStore open() {
            return builder().build();
        }

        /** Writes until that is refused, and on when there is room. */
        private void approach(int bytes) throws Exception {
            try (ChronicleSessionStore store = open()) {
                Random random = new Random(bytes);
                int number = writeUntilFull(store, bytes, random);
                check(mount.toFile().getUsableSpace() >= DiskRoom.RESERVE);
                checkAll(store);
                deleteOne(store);

                grow();
                for (int i = 0; i < 100; i++) {
                    write(store, number + i, bytes, random);
                }
                checkAll(store);
            }
            try (ChronicleSessionStore store = open()) {
                check(store.recovery().isEmpty());
                checkAll(store);
            }
            System.out.println("went on");
        }

        /** Has others take what is free, a part at a time and all but a little of it in the end. */
        private void crowd(int bytes) throws Exception {
            Path others = mount.resolve("others");
            Random random = new Random(bytes);
            try (ChronicleSessionStore store = open()) {
                write(store, -2, bytes, random);
                int number = 0;
                try (OutputStream out = Files.newOutputStream(others)) {
                    while (mount.toFile().getUsableSpace() > DiskRoom.RESERVE / 4) {
                        out.write(new byte[1 << 20]);
                        if (mount.toFile().getUsableSpace() > DiskRoom.RESERVE) {
                            number = writeSome(store, number, bytes, random);
                        }
                    }
                }
                awaitFull(store, bytes);
                checkAll(store);
                SessionKey first = acknowledged.keySet().iterator().next();
                refuses(() -> store.delete(first));
                check(store.load(first) != null);

                Files.delete(others);
                write(store, number, bytes, random);
                deleteOne(store);
                checkAll(store);
            }
            System.out.println("went on");
        }

        private int writeSome(ChronicleSessionStore store, int number, int bytes, Random random) {
            int next = number;
            try {
                for (; next < number + 10; next++) {
                    write(store, next, bytes, random);
                }
            } catch (StoreFullException e) {
                acknowledged.remove(Sessions.key(next));
                store.delete(Sessions.key(next));
            }
            return next + 1;
        }

        /** What was promised before others took the rest is good for a second. */
        private void awaitFull(ChronicleSessionStore store, int bytes) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (true) {
                check(System.nanoTime() < deadline);
                try {
                    check(store.insert(Sessions.of(-1, ADA, new byte[bytes])));
                    check(store.delete(Sessions.key(-1)));
                } catch (StoreFullException e) {
                    return;
                } catch (StoreUnavailableException e) {
                    acknowledged.put(Sessions.key(-1), Sessions.of(-1, ADA, new byte[bytes]));
                    return;
                }
            }
        }

        private int writeUntilFull(ChronicleSessionStore store, int bytes, Random random) {
            for (int i = 0; ; i++) {
                try {
                    write(store, i, bytes, random);
                } catch (StoreFullException e) {
                    check(i > 0);
                    return i + 1;
                }
            }
        }

        private void write(ChronicleSessionStore store, int number, int bytes, Random random) {
            SessionRecord record = Sessions.of(number, ADA, new byte[random.nextInt(bytes)]);
            check(store.insert(record));
            acknowledged.put(record.key(), record);
            if (random.nextBoolean()) {
                SessionRecord next = Sessions.next(record, null, new byte[random.nextInt(2 * bytes)]);
                check(store.replace(next));
                acknowledged.put(record.key(), next);
            }
        }

        private void deleteOne(ChronicleSessionStore store) {
            SessionKey first = acknowledged.keySet().iterator().next();
            check(store.delete(first));
            acknowledged.remove(first);
        }

        /** What was acknowledged is there, and what is not there is called absent. */
        private void checkAll(ChronicleSessionStore store) {
            for (SessionRecord record : acknowledged.values()) {
                check(record.equals(store.load(record.key())));
            }
            check(store.size() == acknowledged.size());
            check(store.byPrincipal(ADA).size()
                    == acknowledged.values().stream()
                            .filter(record -> record.principal() != null)
                            .count());
            check(store.load(Sessions.key(-3)) == null);
        }

        private void fill(int bytes) throws Exception {
            try (ChronicleSessionStore store =
                    builder().room(DiskRoom.endless()).build()) {
                Random random = new Random(bytes);
                for (int i = 0; i < 20_000; i++) {
                    SessionRecord record = Sessions.of(i, ADA, new byte[random.nextInt(bytes)]);
                    SessionRecord next = Sessions.next(record, null, new byte[random.nextInt(2 * bytes)]);
                    try {
                        check(store.insert(record));
                        acknowledged.put(record.key(), record);
                        if (random.nextBoolean()) {
                            check(store.replace(next));
                            acknowledged.put(record.key(), next);
                        }
                    } catch (StoreUnavailableException e) {
                        break;
                    }
                }
                refuses(() -> store.insert(Sessions.of(-1, ADA, new byte[bytes])));
                refuses(() -> store.delete(Sessions.key(1)));
                refuses(() -> store.load(Sessions.key(-1)));
                refuses(() -> store.byPrincipal(ADA));
                for (SessionRecord record : acknowledged.values()) {
                    try {
                        check(record.equals(store.load(record.key())));
                    } catch (StoreUnavailableException e) {
                        // The one whose replacement failed.
                    }
                }
            }
            try {
                open();
                throw new AssertionError("it had room for a copy");
            } catch (UncheckedIOException e) {
                grow();
            }
            try (ChronicleSessionStore store = open()) {
                check(Objects.requireNonNull(store.recovery().orElse(null)).discarded() == 0);
                int different = 0;
                for (SessionRecord record : acknowledged.values()) {
                    SessionRecord found = Objects.requireNonNull(store.load(record.key()));
                    different += found.equals(record) ? 0 : 1;
                }
                // The write that failed may have been completed.
                check(different <= 1 && store.size() - acknowledged.size() <= 1);
            }
            System.out.println("recovered");
        }

        private void create() throws Exception {
            try {
                open();
                throw new AssertionError("it had room");
            } catch (UncheckedIOException e) {
                grow();
            }
            open().close();
            System.out.println("refused");
        }

        private void grow() throws Exception {
            // Not with the options that it has: they name a user whom a user namespace does not know.
            check(new ProcessBuilder("mount", "--options-mode", "ignore", "-o", "remount,size=400m", mount.toString())
                            .start()
                            .waitFor()
                    == 0);
        }

        private static void refuses(Runnable call) {
            try {
                call.run();
            } catch (StoreUnavailableException e) {
                return;
            }
            throw new AssertionError("it answered");
        }

        private static void check(boolean holds) {
            if (!holds) {
                throw new AssertionError("it does not hold");
            }
        }
    }
}
