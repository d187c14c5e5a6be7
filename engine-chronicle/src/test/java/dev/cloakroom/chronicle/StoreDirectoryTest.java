package dev.cloakroom.chronicle;

import static dev.cloakroom.chronicle.Sessions.ADA;
import static dev.cloakroom.chronicle.Sessions.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.internal.file.OwnerOnlyDirectory;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.store.StoreUnavailableException;
import dev.cloakroom.testkit.ChildProcess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.onoes.ExceptionKey;
import net.openhft.chronicle.hash.impl.BigSegmentHeader;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.VanillaChronicleMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreDirectoryTest {

    @TempDir
    private Path temporary;

    private Path directory() {
        return temporary.resolve("sessions");
    }

    private ChronicleSessionStore.Builder builder() {
        return builder(10_000);
    }

    private ChronicleSessionStore.Builder builder(long sessions) {
        return ChronicleSessionStore.persistedTo(directory()).maxSessions(sessions);
    }

    private List<SessionRecord> fill(int count) {
        try (ChronicleSessionStore store = builder().build()) {
            return insert(store, count);
        }
    }

    private static List<SessionRecord> insert(ChronicleSessionStore store, int count) {
        List<SessionRecord> records = IntStream.range(0, count)
                .mapToObj(i -> Sessions.of(i, i % 3 == 0 ? ADA : null, "coat " + i + "x".repeat(i % 500)))
                .toList();
        assertThat(records).allMatch(store::insert);
        return records;
    }

    private static void assertHolds(ChronicleSessionStore store, List<SessionRecord> records) {
        assertThat(records)
                .allSatisfy(record -> assertThat(store.load(record.key())).isEqualTo(record));
        assertThat(store.size()).isEqualTo(records.size());
        assertThat(store.anonymousSessions())
                .isEqualTo(records.stream()
                        .filter(record -> record.principal() == null)
                        .count());
        assertThat(store.byPrincipal(ADA))
                .isEqualTo(records.stream()
                        .filter(record -> ADA.equals(record.principal()))
                        .toList());
    }

    @Test
    void build_closedInOrder_opensWithoutRecovery() {
        List<SessionRecord> records = fill(2_000);

        try (ChronicleSessionStore store = builder().build()) {
            assertThat(store.recovery()).isEmpty();
            assertHolds(store, records);
        }
    }

    @Test
    void build_processEndedWithoutClosing_recoversAndReports() throws Exception {
        try (ChildProcess child = new ChildProcess(Holder.class, directory().toString(), "hold")) {
            child.await("open"::equals);
        }

        try (ChronicleSessionStore store = builder().build()) {
            assertThat(store.recovery()).hasValueSatisfying(recovery -> {
                assertThat(recovery.sessions()).isEqualTo(500);
                assertThat(recovery.completed()).isZero();
                assertThat(recovery.discarded()).isZero();
            });
            assertHolds(store, records(500));
        }
        try (ChronicleSessionStore store = builder().build()) {
            assertThat(store.recovery()).isEmpty();
            assertHolds(store, records(500));
        }
    }

    private static List<SessionRecord> records(int count) {
        try (ChronicleSessionStore memory = ChronicleSessionStore.inMemory().build()) {
            return insert(memory, count);
        }
    }

    /** Fills a store and keeps it open until it is killed. */
    static final class Holder {

        private Holder() {}

        public static void main(String[] arguments) {
            ChronicleSessionStore store = ChronicleSessionStore.persistedTo(Path.of(arguments[0]))
                    .maxSessions(10_000)
                    .build();
            insert(store, 500);
            System.out.println("open");
            try {
                Thread.currentThread().join();
            } catch (InterruptedException e) {
                System.out.println("interrupted");
            }
        }
    }

    // One owner

    @Test
    void build_openInAnotherProcess_refusedUntilThatEnds() throws Exception {
        try (ChildProcess child = new ChildProcess(Holder.class, directory().toString())) {
            child.await("open"::equals);

            assertThatThrownBy(() -> builder().build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in use by another process");
            assertThatThrownBy(() -> builder().shared().build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in use by an exclusive owner");
        }
        try (ChronicleSessionStore store = builder().build()) {
            assertHolds(store, records(500));
        }
    }

    @Test
    void build_openInThisProcess_refusedWithoutLettingOthersIn() throws Exception {
        try (ChronicleSessionStore store = builder().build()) {
            insert(store, 10);
            assertThatThrownBy(() -> builder().build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in use by another store of this process");

            try (ChildProcess child = new ChildProcess(Opener.class, directory().toString())) {
                assertThat(child.awaitEnd()).singleElement().asString().contains("in use by another process");
            }
            assertHolds(store, records(10));
        }
    }

    /** Tries to open a store, and says how that went. */
    static final class Opener {

        private Opener() {}

        public static void main(String[] arguments) {
            try (ChronicleSessionStore store =
                    ChronicleSessionStore.persistedTo(Path.of(arguments[0])).build()) {
                System.out.println("opened with " + store.size());
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void close_mapsCannotBeClosed_directoryIsFreeAndTheNextOneRecovers() throws IOException {
        StoreDirectory opened =
                StoreDirectory.open(directory(), new Layout(10_000, 1_024, Layout.DEFAULT_TIERS), false, OnDamage.FAIL);
        Volume volume = opened.attach();
        SessionRecord record = Sessions.of(1, ADA, "coat");
        volume.counters().addSessions(1);
        volume.insert(record);
        ChronicleMap<SessionKey, StoredSession> stuck = stuck();
        Volume stuckVolume = new Volume(
                stuck,
                new PrincipalIndex(stuck(), stuck()),
                Journal.none(1),
                volume.counters(),
                DiskSpaceGuard.endless());

        assertThatThrownBy(() -> opened.close(stuckVolume)).hasMessage("a reader does not leave");

        try (ChronicleSessionStore store = builder().build()) {
            assertThat(store.recovery()).isPresent();
            assertHolds(store, List.of(record));
        }
        volume.close("");
    }

    @SuppressWarnings("unchecked")
    private static <K, V> ChronicleMap<K, V> stuck() {
        return (ChronicleMap<K, V>) Proxy.newProxyInstance(
                StoreDirectoryTest.class.getClassLoader(),
                new Class<?>[] {ChronicleMap.class},
                (proxy, method, arguments) -> {
                    throw new IllegalStateException("a reader does not leave");
                });
    }

    // Damage

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sessions-1.map",
                "state",
                "garbage in sessions-1.map",
                "garbage in state",
                "nothing in sessions-1.map",
                "zeros in sessions-1.map"
            })
    @Timeout(value = 50, unit = TimeUnit.SECONDS) // Chronicle itself waits a minute for a file to become a map.
    void build_filesDamaged_leftAsTheyAre(String damage) throws IOException {
        fill(100);
        damage(damage);
        List<Path> before = files();

        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("cannot be recovered")
                .hasMessageContaining("left as they are")
                .hasMessageContaining("OnDamage.START_FRESH");

        assertThat(files()).containsAll(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sessions-1.map", "state", "garbage in sessions-1.map", "garbage in state"})
    void build_filesDamagedAndFreshStartWanted_setAsideAndBegunAnew(String damage) throws IOException {
        fill(100);
        damage(damage);

        try (ChronicleSessionStore store =
                builder().onDamage(OnDamage.START_FRESH).build()) {
            assertThat(store.size()).isZero();
            insert(store, 50);
        }

        assertThat(directory().resolve("damaged-1")).isDirectory();
        assertThat(directory().resolve("damaged-1").resolve("principals-1.map")).exists();
        try (ChronicleSessionStore store = builder().build()) {
            assertHolds(store, records(50));
        }
    }

    private void damage(String damage) throws IOException {
        Path file = directory().resolve(damage.substring(damage.lastIndexOf(' ') + 1));
        switch (damage.split(" ")[0]) {
            case "garbage" -> overwrite(file, "this is no map and no state".repeat(20));
            case "zeros" -> overwrite(file, "\0".repeat(4096));
            case "nothing" -> Files.write(file, new byte[0]);
            default -> Files.delete(file);
        }
    }

    private static void overwrite(Path file, String with) throws IOException {
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.write(with.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.filter(file -> !file.endsWith("state") && !file.endsWith("journal"))
                    .toList();
        }
    }

    @Test
    void build_creationInterrupted_begunAnew() throws IOException {
        fill(10);
        // As a process leaves it that is killed while it makes the maps.
        try (RandomAccessFile state =
                new RandomAccessFile(directory().resolve("state").toFile(), "rw")) {
            state.seek(8);
            state.write(StateFile.Status.CREATING.ordinal());
        }

        try (ChronicleSessionStore store = builder().build()) {
            assertThat(store.size()).isZero();
            assertHolds(store, insert(store, 10));
        }
    }

    /** Somebody took the maps and the state away, but not the journal. */
    @Test
    void build_journalOfAStoreThatIsGone_forgotten() throws IOException {
        fill(1);
        SessionRecord ghost = Sessions.of(1, ADA, "a ghost of a coat");
        journal(directory()).enter().willPut(ghost.key(), encode(ghost, 0), null);
        for (String file : List.of("state", "sessions-1.map", "principals-1.map", "pages-1.map")) {
            Files.delete(directory().resolve(file));
        }

        try (ChronicleSessionStore store = builder().build()) {
            assertThat(store.size()).isZero();
            assertThat(nonZero(directory().resolve("journal"))).isEmpty();
        }
    }

    @Test
    void build_valueDamagedByPowerLoss_discardedAndReported() throws Exception {
        try (ChildProcess child = new ChildProcess(Holder.class, directory().toString())) {
            child.await("open"::equals);
        }
        overwrite(directory().resolve("sessions-1.map"), "coat 300x", "moth 300x");

        try (ChronicleSessionStore store = builder().build()) {
            assertThat(store.recovery())
                    .hasValueSatisfying(
                            recovery -> assertThat(recovery.discarded()).isEqualTo(1));
            assertThat(store.load(Sessions.key(300))).isNull();
            List<SessionRecord> others = new ArrayList<>(records(500));
            others.remove(300);
            assertHolds(store, others);
        }
    }

    private static void overwrite(Path file, String what, String with) throws IOException {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        int at = content.indexOf(what);
        assertThat(at).isPositive();
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(at);
            raw.write(with.getBytes(StandardCharsets.US_ASCII));
        }
    }

    // Writes under way

    @Test
    void build_writesUnderWayWhenKilled_completedAndForgotten() throws IOException {
        SessionRecord added = Sessions.of(1, ADA, "a new coat");
        SessionRecord grown = Sessions.of(2, null, "a coat");
        SessionRecord deleted = Sessions.of(3, ADA, "a coat that was taken");
        SessionRecord next = Sessions.next(grown, ADA, "a much longer coat".getBytes(StandardCharsets.US_ASCII));
        Path killed = temporary.resolve("killed");
        try (ChronicleSessionStore store = builder().build()) {
            store.insert(grown);
            store.insert(deleted);
            copyTo(killed);
        }
        Journal journal = journal(killed);
        journal.enter().willPut(added.key(), encode(added, 7), null);
        journal.enter().willPut(next.key(), encode(next, 8), encode(grown, 0));
        journal.enter().willDelete(deleted.key());

        try (ChronicleSessionStore store =
                ChronicleSessionStore.persistedTo(killed).build()) {
            assertThat(store.recovery())
                    .hasValueSatisfying(
                            recovery -> assertThat(recovery.completed()).isEqualTo(3));
            assertThat(store.load(deleted.key())).isNull();
            assertHolds(store, List.of(added, next));
            assertThat(nonZero(killed.resolve("journal")))
                    .as("what the journal held")
                    .isEmpty();
        }
    }

    @Test
    void build_writeUnderWayThatFindsNoRoom_oldRecordStays() throws IOException {
        Path killed = temporary.resolve("killed");
        SessionRecord refused;
        SessionRecord next;
        List<SessionRecord> records;
        try (ChronicleSessionStore store = builder(1_000).tiers(1).build()) {
            records = insertUntilFull(store);
            refused = records.stream()
                    .filter(record -> isRefused(store, larger(record)))
                    .findFirst()
                    .orElseThrow();
            next = larger(refused);
            copyTo(killed);
            records = records.stream().map(record -> store.load(record.key())).toList();
        }
        journal(killed).enter().willPut(next.key(), encode(next, 0), encode(refused, 0));

        try (ChronicleSessionStore store =
                ChronicleSessionStore.persistedTo(killed).build()) {
            assertThat(store.load(refused.key())).isEqualTo(refused);
            assertThat(store.size()).isEqualTo(records.size());
        }
    }

    /** Chronicle takes a table apart to mend it, so whoever is killed then must not have had the only one. */
    @Test
    void build_recovers_changesACopyAlone() throws IOException {
        Path killed = temporary.resolve("killed");
        SessionRecord deleted = Sessions.of(1, ADA, "a coat that was taken");
        try (ChronicleSessionStore store = builder().build()) {
            store.insert(deleted);
            copyTo(killed);
        }
        journal(killed).enter().willDelete(deleted.key());
        suspect(killed);
        Path original = Files.createLink(temporary.resolve("original"), killed.resolve("sessions-1.map"));
        String before = nonZero(original);

        try (ChronicleSessionStore store =
                ChronicleSessionStore.persistedTo(killed).build()) {
            assertThat(store.size()).isZero();
        }

        assertThat(nonZero(original)).isEqualTo(before);
    }

    /** Whichever step finds no room, of the copy, the changes under way and the index. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 30})
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only there a process can ask what it has mapped")
    void build_recoveryFindsNoRoom_leavesNothingOpenAndTheNextOneRecovers(int looks) throws IOException {
        Path killed = temporary.resolve("killed");
        List<SessionRecord> records = new ArrayList<>();
        SessionRecord underWay = Sessions.of(-1, ADA, "a coat under way");
        try (ChronicleSessionStore store = builder().build()) {
            records.addAll(insert(store, 100));
            copyTo(killed);
        }
        journal(killed).enter().willPut(underWay.key(), encode(underWay, 1_000), null);
        records.add(underWay);
        suspect(killed);
        AtomicInteger left = new AtomicInteger(looks);
        AtomicLong seconds = new AtomicLong();
        DiskSpaceGuard room = DiskSpaceGuard.of(
                () -> left.getAndDecrement() > 0 ? Long.MAX_VALUE / 2 : 0,
                () -> TimeUnit.SECONDS.toNanos(seconds.addAndGet(2)),
                1);

        assertThatThrownBy(() ->
                        ChronicleSessionStore.persistedTo(killed).room(room).build())
                .isInstanceOf(UncheckedIOException.class);

        assertThat(Files.readAllLines(Path.of("/proc/self/maps")))
                .noneMatch(line ->
                        line.contains("sessions-2") || line.contains("principals-2") || line.contains("pages-2"));
        try (ChronicleSessionStore store =
                ChronicleSessionStore.persistedTo(killed).build()) {
            assertThat(store.recovery()).isPresent();
            assertHolds(store, records);
        }
    }

    private static List<SessionRecord> insertUntilFull(ChronicleSessionStore store) {
        List<SessionRecord> records = new ArrayList<>();
        for (int i = 0; ; i++) {
            SessionRecord record = Sessions.of(i, null, new byte[100_000]);
            try {
                store.insert(record);
                records.add(record);
            } catch (StoreFullException e) {
                return records;
            }
        }
    }

    private static SessionRecord larger(SessionRecord record) {
        return Sessions.next(record, null, new byte[1_000_000]);
    }

    private static boolean isRefused(ChronicleSessionStore store, SessionRecord next) {
        try {
            return !store.replace(next);
        } catch (StoreFullException e) {
            return true;
        }
    }

    private static byte[] encode(SessionRecord record, long order) {
        byte[] bytes = StoredSession.encode(record);
        StoredSession.finish(bytes, record.key(), order);
        return bytes;
    }

    /** Copies the files of a store that is open: what is there if the process is killed at this moment. */
    private void copyTo(Path killed) throws IOException {
        Sessions.createDirectory(killed);
        try (Stream<Path> files = Files.list(directory())) {
            for (Path file : files.filter(path -> !path.endsWith("lock")).toList()) {
                SparseCopy.copy(file, Files.createFile(killed.resolve(file.getFileName())));
            }
        }
    }

    /** Marks a store as one whose locks do not show what was half done. */
    static void suspect(Path directory) throws IOException {
        state(directory).suspect(true);
    }

    /** Returns the state of a store, which another process may have open. */
    static StateFile state(Path directory) throws IOException {
        try (FileChannel channel =
                FileChannel.open(directory.resolve("state"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new StateFile(channel.map(FileChannel.MapMode.READ_WRITE, 0, StateFile.LENGTH));
        }
    }

    private static Journal journal(Path directory) throws IOException {
        try (FileChannel channel =
                FileChannel.open(directory.resolve("journal"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return Journal.in(channel.map(FileChannel.MapMode.READ_WRITE, 0, 64L * Journal.SLOT_BYTES), () -> {});
        }
    }

    // Repair in place

    /** What a recovery costs depends on what was unfinished: it makes no copy, and no index anew. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only there a process can tell a kill from a loss of power")
    void build_processKilled_recoversInPlace() throws Exception {
        try (ChildProcess child = new ChildProcess(Holder.class, directory().toString(), "hold")) {
            child.await("open"::equals);
        }
        Object before = Files.readAttributes(directory().resolve("principals-1.map"), BasicFileAttributes.class)
                .fileKey();

        try (ChronicleSessionStore store = builder().build()) {
            assertThat(store.recovery()).isPresent();
            assertHolds(store, records(500));
        }

        assertThat(directory().resolve("sessions-2.map")).doesNotExist();
        assertThat(Files.readAttributes(directory().resolve("principals-1.map"), BasicFileAttributes.class)
                        .fileKey())
                .isEqualTo(before);
    }

    /** As after a loss of power: what was stored to mapped memory may be lost, in any order. */
    @Test
    void build_systemStartedAnewSince_recoversACopy() throws IOException {
        Path killed = temporary.resolve("killed");
        List<SessionRecord> records;
        try (ChronicleSessionStore store = builder().build()) {
            records = insert(store, 100);
            copyTo(killed);
        }
        try (RandomAccessFile state =
                new RandomAccessFile(killed.resolve("state").toFile(), "rw")) {
            state.seek(64);
            state.writeLong(0);
        }

        try (ChronicleSessionStore store =
                ChronicleSessionStore.persistedTo(killed).build()) {
            assertHolds(store, records);
        }

        assertThat(killed.resolve("sessions-2.map")).exists();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void build_repairKilledHalfWay_begunAgainFromWhatItSaved(boolean suspect) throws Exception {
        Path killed = temporary.resolve("killed");
        List<SessionRecord> records;
        try (ChronicleSessionStore store = builder().build()) {
            records = insert(store, 2_000);
            copyTo(killed);
        }
        beginRepairAndLoseTheTables(killed);
        if (suspect) {
            suspect(killed);
        }

        try (ChronicleSessionStore store =
                ChronicleSessionStore.persistedTo(killed).maxSessions(10_000).build()) {
            assertThat(store.recovery())
                    .hasValueSatisfying(
                            recovery -> assertThat(recovery.discarded()).isZero());
            assertHolds(store, records);
            assertThat(store.insert(Sessions.of(-5, ADA, "coat"))).isTrue();
        }
        assertThat(killed.resolve(SegmentRepair.FILE)).doesNotExist();
        assertThat(killed.resolve("sessions-2.map").toFile().exists()).isEqualTo(suspect);
    }

    /** Does what a process does that is killed when it has emptied the tables of all segments to repair them. */
    private static void beginRepairAndLoseTheTables(Path killed) throws Exception {
        Layout layout = new Layout(10_000, 1_024, Layout.DEFAULT_TIERS);
        try (OwnerOnlyDirectory files = OwnerOnlyDirectory.claim(killed);
                ChronicleMap<?, ?> sessions = TierBulks.madeSafe(layout.sessions()
                        .createPersistedTo(killed.resolve("sessions-1.map").toFile()));
                ChronicleMap<?, ?> heads = TierBulks.madeSafe(layout.heads()
                        .createPersistedTo(killed.resolve("principals-1.map").toFile()));
                ChronicleMap<?, ?> pages = TierBulks.madeSafe(layout.pages()
                        .createPersistedTo(killed.resolve("pages-1.map").toFile()))) {
            List<ChronicleMap<?, ?>> maps = List.of(sessions, heads, pages);
            for (ChronicleMap<?, ?> map : maps) {
                VanillaChronicleMap<?, ?, ?> opened = (VanillaChronicleMap<?, ?, ?>) map;
                for (int segment = 0; segment < opened.actualSegments; segment++) {
                    BigSegmentHeader.INSTANCE.writeLock(opened.segmentHeaderAddress(segment));
                }
            }
            List<SegmentRepair.Segment> locked = new SegmentRepair(files, maps).begin();
            assertThat(locked).hasSizeGreaterThanOrEqualTo(48);
            for (SegmentRepair.Segment segment : locked) {
                VanillaChronicleMap<?, ?, ?> map = (VanillaChronicleMap<?, ?, ?>) maps.get(segment.map());
                for (long tier : segment.tiers()) {
                    BytesStore.wrap(map.tierIndexToBaseAddr(tier), map.tierHashLookupOuterSize)
                            .zeroOut(0, map.tierHashLookupOuterSize);
                }
                BigSegmentHeader.INSTANCE.resetLock(map.segmentHeaderAddress(segment.index()));
            }
        }
    }

    /** A process was killed between two changes of the index that belong to one write. */
    @Test
    void build_indexHalfChanged_listsExactlyTheSessionsOfEachPrincipal() throws IOException {
        PrincipalKey bob = new PrincipalKey(0xB0B, 2);
        Path killed = temporary.resolve("killed");
        List<SessionRecord> records;
        try (ChronicleSessionStore store = builder().build()) {
            records = insert(store, 2_000);
            copyTo(killed);
        }
        SessionRecord moving = records.get(900);
        assertThat(moving.principal()).isEqualTo(ADA);
        Layout layout = new Layout(10_000, 1_024, Layout.DEFAULT_TIERS);
        try (PrincipalIndex index = new PrincipalIndex(
                TierBulks.madeSafe(layout.heads()
                        .createPersistedTo(killed.resolve("principals-1.map").toFile())),
                TierBulks.madeSafe(layout.pages()
                        .createPersistedTo(killed.resolve("pages-1.map").toFile())))) {
            journal(killed).enter().willIndex(moving.key(), ADA, bob);
            index.add(bob, moving.key());
            index.remove(ADA, records.get(903).key());
        }

        try (ChronicleSessionStore store =
                ChronicleSessionStore.persistedTo(killed).maxSessions(10_000).build()) {
            assertHolds(store, records);
            assertThat(store.replace(Sessions.next(moving, bob, new byte[3]))).isTrue();
            assertThat(store.byPrincipal(bob)).hasSize(1);
        }
    }

    // Locks left behind

    @Test
    void build_processKilledInsideALock_lockIsFree() throws Exception {
        try (ChildProcess child = new ChildProcess(LockHolder.class, directory().toString(), "alone")) {
            child.await("holding"::equals);
        }

        try (ChronicleSessionStore store = builder().build()) {
            SessionRecord record = Sessions.of(1, ADA, "coat");
            assertHolds(store, List.of(record));
            assertThat(store.replace(Sessions.next(record, ADA, new byte[3]))).isTrue();
        }
    }

    /** Holds the lock of a session's record until it is killed. */
    static final class LockHolder {

        private LockHolder() {}

        public static void main(String[] arguments) throws IOException {
            StoreDirectory directory = StoreDirectory.open(
                    Path.of(arguments[0]),
                    new Layout(10_000, 1_024, Layout.DEFAULT_TIERS),
                    arguments[1].equals("shared"),
                    OnDamage.FAIL);
            Volume volume = directory.attach();
            volume.counters().addSessions(1);
            volume.insert(Sessions.of(1, ADA, "coat"));
            volume.deleteIf(
                    Sessions.key(1),
                    value -> {
                        System.out.println("holding");
                        while (true) {
                            LockSupport.park();
                        }
                    },
                    null);
        }
    }

    // Noise

    /** Chronicle logs each recovery as an error, and describes the entries that it finds. */
    @Test
    void build_recovers_chronicleLogsNothing() throws IOException {
        Path killed = temporary.resolve("killed");
        try (ChronicleSessionStore store = builder().build()) {
            insert(store, 10);
            copyTo(killed);
        }
        Map<ExceptionKey, Integer> logged = Jvm.recordExceptions();
        try (ChronicleSessionStore store =
                ChronicleSessionStore.persistedTo(killed).build()) {
            assertThat(store.recovery()).isPresent();
        } finally {
            Jvm.resetExceptionHandlers();
        }

        assertThat(logged).isEmpty();
    }

    @Test
    void build_pathIsAFile_refused() throws IOException {
        Files.writeString(directory(), "something else");

        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is a file");
        assertThat(directory()).hasContent("something else");
    }

    // The directory

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxrwx", "rwxr-x---"})
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the file system has no POSIX permissions")
    void build_directoryAccessibleToOthers_refusedAndNothingWritten(String permissions) throws IOException {
        Files.createDirectory(directory());
        Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString(permissions));

        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("others than its owner have access to")
                .hasMessageContaining("chmod 700");
        assertThat(directory()).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "state", "journal", "sessions-1.map", "pages-1.map"})
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a link needs a privilege there")
    void build_symbolicLinkInTheDirectory_refusedAndVictimUntouched(String name) throws IOException {
        Path victim = Files.writeString(temporary.resolve("victim"), "precious");
        Sessions.createDirectory(directory());
        Files.createSymbolicLink(directory().resolve(name), victim);

        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(name + " is a symbolic link");
        assertThat(victim).hasContent("precious");
    }

    // Bounds

    @Test
    void build_otherBounds_laidOutAnewWithAllSessions() throws IOException {
        List<SessionRecord> records = fill(2_000);

        try (ChronicleSessionStore store =
                builder(50_000).typicalSessionBytes(300).build()) {
            assertHolds(store, records);
            assertThat(store.maxSessions()).isEqualTo(50_000);
        }
        assertThat(files().stream().map(file -> file.getFileName().toString()))
                .contains("sessions-2.map")
                .doesNotContain("sessions-1.map");
        try (ChronicleSessionStore store =
                builder(50_000).typicalSessionBytes(300).build()) {
            assertHolds(store, records);
        }
        assertThat(directory().resolve("sessions-2.map")).exists();
    }

    @Test
    void build_boundBelowWhatIsThere_keepsAllSessions() {
        List<SessionRecord> records = fill(2_000);

        try (ChronicleSessionStore store = builder(100).build()) {
            assertHolds(store, records);
        }
    }

    /** A file that was not closed is recovered as it is laid out, and laid out anew when it has been closed. */
    @Test
    void build_otherBoundsAfterAKill_recoveredByItsOwnAndThenLaidOutAnew() throws IOException {
        Path killed = temporary.resolve("killed");
        List<SessionRecord> records;
        try (ChronicleSessionStore store = builder().build()) {
            records = insert(store, 2_000);
            copyTo(killed);
        }
        ChronicleSessionStore.Builder other =
                ChronicleSessionStore.persistedTo(killed).maxSessions(50_000).typicalSessionBytes(300);

        try (ChronicleSessionStore store = other.build()) {
            assertThat(store.recovery())
                    .hasValueSatisfying(
                            recovery -> assertThat(recovery.discarded()).isZero());
            assertHolds(store, records);
        }
        try (ChronicleSessionStore store = other.build()) {
            assertHolds(store, records);
        }
        assertThat(killed.resolve("sessions-2.map")).exists();
    }

    // Secrecy

    @Test
    void files_madeForTheirOwnerOnly() throws IOException {
        fill(1);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(directory())) {
            assertThat(files.toList())
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void files_sessionsEndedReplacedAndExpired_holdNothingOfThem() throws IOException {
        try (ChronicleSessionStore store = builder().build()) {
            SessionRecord ended = Sessions.of(1, ADA, "ended-secret".repeat(50));
            SessionRecord grown = Sessions.of(2, ADA, "small-secret".repeat(5));
            SessionRecord shrunk = Sessions.of(3, null, "large-secret".repeat(500));
            SessionRecord expired = Sessions.of(4, ADA, "stale-secret".repeat(50));
            assertThat(Stream.of(ended, grown, shrunk, expired)).allMatch(store::insert);
            assertThat(content()).contains("ended-secret", "small-secret", "large-secret", "stale-secret");
            store.touch(grown.key(), NOW + 50_000);
            store.touch(shrunk.key(), NOW + 50_000);

            store.delete(ended.key());
            store.replace(Sessions.next(grown, ADA, "left".repeat(1_000).getBytes(StandardCharsets.US_ASCII)));
            store.replace(Sessions.next(shrunk, null, "kept".getBytes(StandardCharsets.US_ASCII)));
            assertThat(store.sweep(NOW + 60_000, 100, record -> {})).isEqualTo(1);

            assertThat(content()).contains("left", "kept").doesNotContain("secret");
            String map = nonZero(directory().resolve("sessions-1.map"));
            assertThat(map).contains(bytesOf(grown.key()), bytesOf(shrunk.key()));
            assertThat(map).doesNotContain(bytesOf(ended.key()), bytesOf(expired.key()));
        }
        assertThat(content()).contains("left", "kept").doesNotContain("secret");
    }

    private static String bytesOf(SessionKey key) {
        byte[] bytes = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(key.high())
                .array();
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Returns what is in all files, the journal included. */
    private String content() throws IOException {
        StringBuilder content = new StringBuilder();
        try (Stream<Path> files = Files.list(directory())) {
            for (Path file : files.filter(path -> !path.endsWith("lock")).toList()) {
                content.append(nonZero(file));
            }
        }
        return content.toString();
    }

    private static String nonZero(Path file) throws IOException {
        StringBuilder text = new StringBuilder();
        try (var in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 20];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                for (int i = 0; i < length; i++) {
                    if (buffer[i] != 0) {
                        text.append((char) (buffer[i] & 0xFF));
                    }
                }
            }
        }
        return text.toString();
    }
}
