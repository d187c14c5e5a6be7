package dev.cloakroom.chronicle;

import dev.cloakroom.internal.file.OwnerOnlyDirectory;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.store.StoreUnavailableException;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.onoes.ExceptionHandler;
import net.openhft.chronicle.hash.ChronicleHashRecoveryFailedException;
import net.openhft.chronicle.hash.impl.SizePrefixedBlob;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapEntry;
import org.jspecify.annotations.Nullable;

/** A store's files, and how they become an open {@link Volume}. */
/*
 * The directory holds
 *
 *   lock                            which processes use it                         StoreLock
 *   state                           whether it was closed, and which files count   StateFile
 *   journal                         the unfinished writes                          Journal
 *   sessions-N.map                  the records, of generation N
 *   principals-N.map, pages-N.map   the index over them                            PrincipalIndex
 *   repair                          what an unfinished repair has changed          SegmentRepair
 *
 * Recovery in place. When only a process has died, all that it had stored to mapped memory is there, and what it was
 * changing is locked. So its cost depends on what was unfinished, but for one read of all records:
 *
 *   repair the segments that are locked; complete the changes in the journal; drop the index of the principals of
 *   unfinished writes; read all records, to check and count them and to list those of these principals; clear the journal
 *
 * A process that is killed during it leaves the segment that it was changing locked, or saved by the repair, and the
 * journal as it was. So the next recovery begins again.
 *
 * Recovery of a copy. When the system was started anew since, when a write failed or the disk was nearly full, or when
 * the maps are not as the recovery in place expects, the locks do not show all that is wrong. Then Chronicle mends the
 * tables of all segments. It takes each apart and puts it together again, so a process that is killed during that would
 * lose entries. Therefore it works on a copy: it makes the files of generation N+1 from those of generation N, and only
 * when they are complete does the state name them. If it is killed before that, the next one begins with the same files.
 * The old ones are deleted at the end.
 *
 *   copy the records; let Chronicle free stale locks and mend the tables; complete the changes in the journal; read all
 *   records, to check and count them and to make the index; drop those whose checksum is wrong; name the generation;
 *   clear the journal
 *
 * A change of the layout takes the same way, with a new map in place of the copy.
 *
 * Several processes. All of the above happens behind the gate of the lock. A process that dies while it has the maps
 * open may have left a lock inside them, which only a recovery can free. So when a member is found dead the state is
 * marked as damaged. Every member that sees the mark closes the maps. The first at the gate waits until all have closed
 * them, recovers, and removes the mark. The others open the maps again.
 */
final class StoreDirectory implements AutoCloseable {

    private static final Logger LOGGER = System.getLogger(ChronicleSessionStore.class.getName());

    /** How many threads of a process that shares the store may write at a time. */
    private static final int MEMBER_SLOTS = 16;

    /** How many threads of an only owner may: it uses the first slots, which are those of the first members. */
    private static final int OWNER_SLOTS = 64;

    private static final String JOURNAL = "journal";
    private static final long JOURNAL_LENGTH = (long) StoreLock.MEMBERS * MEMBER_SLOTS * Journal.SLOT_BYTES;

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int SIZE_WORD_AT = 8;
    private static final List<String> MAPS = List.of("sessions", "principals", "pages");

    private final OwnerOnlyDirectory files;
    private final Path directory;
    private final Layout wanted;
    private final OnDamage onDamage;
    private final StoreLock lock;
    /** Which member this is, or -1 for an only owner. */
    private final int member;

    private final @Nullable UUID boot = BootId.read();

    private StateFile state;
    private ByteBuffer journal;
    private DiskSpaceGuard room;

    /** Whether the journal had no bytes when this process opened it, so that it holds zeros until a store is made. */
    private boolean journalIsNew;

    private volatile @Nullable Recovery recovery;

    private StoreDirectory(OwnerOnlyDirectory files, Layout wanted, OnDamage onDamage, StoreLock lock, int member)
            throws IOException {
        this.files = files;
        this.directory = files.path();
        this.wanted = wanted;
        this.onDamage = onDamage;
        this.lock = lock;
        this.member = member;
        this.state = new StateFile(map("state", StateFile.LENGTH));
        this.journalIsNew = Files.size(files.create(JOURNAL)) == 0;
        this.journal = map(JOURNAL, JOURNAL_LENGTH);
        this.room = DiskSpaceGuard.of(directory.toFile()::getUsableSpace, member < 0 ? 1 : StoreLock.MEMBERS);
        room.onShortage(this::suspect);
    }

    /** Opens a directory, which is made if it does not exist, for this process alone or for several. */
    static StoreDirectory open(Path path, Layout wanted, boolean shared, OnDamage onDamage) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new IllegalArgumentException(path + " is a file; a session store needs a directory of its own");
        }
        OwnerOnlyDirectory files = OwnerOnlyDirectory.claim(path);
        try {
            StoreLock lock = StoreLock.open(files);
            try {
                int member = lock.behindGate(() -> {
                    int taken = shared ? lock.becomeMember() : lock.becomeOwner() ? -1 : -2;
                    if (taken < (shared ? 0 : -1)) {
                        throw new IllegalStateException("the session store in " + path + " is in use by "
                                + (shared ? "an only owner, or by too many processes" : "another process")
                                + "; only processes that all open it as shared can have it open together");
                    }
                    return taken;
                });
                return new StoreDirectory(files, wanted, onDamage, lock, member);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /** Takes the disk to have another room than it says, so that tests see it full. */
    void room(DiskSpaceGuard other) {
        room = other;
        room.onShortage(this::suspect);
    }

    private void suspect() {
        state.suspect(true);
    }

    /** Returns what the last {@link #attach} recovered, or null if it had nothing to recover. */
    @Nullable
    Recovery recovery() {
        return recovery;
    }

    /** Opens the maps, after whatever must be done first. */
    Volume attach() throws IOException {
        return lock.behindGate(() -> {
            try {
                return attachBehindGate();
            } catch (DamageException e) {
                if (onDamage == OnDamage.FAIL || member >= 0) {
                    throw new StoreUnavailableException(
                            "the session store in " + directory + " cannot be recovered: " + e.getMessage()
                                    + "; it was left as it is",
                            e);
                }
                setAside(e);
                return attachBehindGate();
            }
        });
    }

    private Volume attachBehindGate() throws IOException, DamageException {
        recovery = null;
        room.takeToOpen(0);
        StateFile.Status status =
                state.status().orElseThrow(() -> new DamageException("its state is not of a known format", null));
        Volume volume = switch (status) {
            case EMPTY -> {
                if (!mapFiles().isEmpty()) {
                    throw new DamageException("its state is missing", null);
                }
                yield create();
            }
            case CREATING -> create();
            case CLOSED -> reopen();
            case OPEN -> othersAreFine() ? openMaps(state.layout(), state.generation()) : recover();
        };
        if (member >= 0) {
            state.addMember(member);
        }
        return volume;
    }

    /** Lets go of maps after another process died with them open. */
    void detach(Volume volume) {
        state.damaged(true);
        volume.close("the store is being recovered, because a process that shares it has died");
        state.removeMember(member);
    }

    /** Returns whether the members that have the maps open must let go of them. */
    boolean mustDetach() throws IOException {
        return state.damaged() || !endedMembers().isEmpty();
    }

    /**
     * Closes maps in order, after which they open without a recovery, and lets go of the directory. If they cannot be
     * closed, it lets go of the directory as a process does that dies.
     */
    void close(Volume volume) throws IOException {
        try (this) {
            volume.close("");
            lock.behindGate(() -> {
                if (member >= 0) {
                    state.removeMember(member);
                }
                if (volume.isBroken()) {
                    state.damaged(true);
                } else if (!state.damaged() && state.members() == 0) {
                    state.status(StateFile.Status.CLOSED);
                }
                return state;
            });
        }
    }

    @Override
    public void close() throws IOException {
        try (files) {
            lock.close();
        }
    }

    // Opening

    private Volume create() throws IOException {
        for (Path file : mapFiles()) {
            Files.delete(file);
        }
        Files.deleteIfExists(files.file(SegmentRepair.FILE));
        state.status(StateFile.Status.CREATING);
        state.layout(wanted);
        state.generation(0);
        state.counters().set(0, 0);
        if (!journalIsNew) {
            // Of a store whose other files were taken away, or whose making was interrupted. A journal that is new
            // holds zeros, for nothing writes to one before the store is open; and to look at each of its slots would
            // take a page of each from the system, which is most of the time that a first start takes.
            Journal.clear(journal);
        }
        Volume volume = openMaps(wanted, 1);
        room.takeToOpen(0);
        state.generation(1);
        state.opened(boot);
        state.suspect(false);
        state.status(StateFile.Status.OPEN);
        return volume;
    }

    private Volume reopen() throws IOException, DamageException {
        deleteOtherGenerations();
        if (!wanted.equals(state.layout()) && state.counters().sessions() <= wanted.maximumSessions()) {
            layOutAnew();
        }
        Volume volume = openMaps(state.layout(), state.generation());
        state.damaged(false);
        state.opened(boot);
        state.status(StateFile.Status.OPEN);
        return volume;
    }

    private Volume openMaps(Layout layout, long generation) throws IOException {
        ChronicleMap<SessionKey, StoredSession> sessions = openMap(layout.sessions(), "sessions", generation);
        return onTopOf(sessions, () -> volume(sessions, openIndex(layout, generation)));
    }

    private interface Opening<T, E extends Exception> {
        T open() throws IOException, E;
    }

    /** Returns the result of an opening, or closes what it needed if it fails. */
    private static <T, E extends Exception> T onTopOf(Closeable below, Opening<T, E> opening) throws IOException, E {
        boolean opened = false;
        try {
            T result = opening.open();
            opened = true;
            return result;
        } finally {
            if (!opened) {
                below.close();
            }
        }
    }

    private Volume volume(ChronicleMap<SessionKey, StoredSession> sessions, PrincipalIndex index) {
        int first = Math.max(0, member) * MEMBER_SLOTS;
        int slots = member < 0 ? OWNER_SLOTS : MEMBER_SLOTS;
        ByteBuffer mine = journal.slice(first * Journal.SLOT_BYTES, slots * Journal.SLOT_BYTES);
        room.keepForGrowth(TierBulks.bytesToGrow(sessions) + index.bytesToGrow());
        return new Volume(sessions, index, Journal.in(mine, this::suspect), state.counters(), room);
    }

    private PrincipalIndex openIndex(Layout layout, long generation) throws IOException {
        ChronicleMap<PageKey, byte[]> heads = openMap(layout.heads(), "principals", generation);
        return onTopOf(heads, () -> new PrincipalIndex(heads, openMap(layout.pages(), "pages", generation)));
    }

    /** Opens a file of the present generation, or makes one of another. */
    private <K, V> ChronicleMap<K, V> openMap(ChronicleMapBuilder<K, V> builder, String name, long generation)
            throws IOException {
        Path file = files.create(fileName(name, generation));
        if (generation != state.generation()) {
            return TierBulks.madeSafe(builder.createPersistedTo(file.toFile()));
        }
        requireMap(file);
        try {
            return TierBulks.madeSafe(builder.createPersistedTo(file.toFile()));
        } catch (FileNotFoundException e) {
            // Not damaged: it may not be read, or there are too many open files.
            throw e;
        } catch (IOException e) {
            throw new DamageException(file.getFileName() + " cannot be read as a map", e);
        }
    }

    /** Checks that a file begins as a complete map does; Chronicle would wait a minute for it to become one. */
    private static void requireMap(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            if (channel.read(word, SIZE_WORD_AT) < Integer.BYTES || !SizePrefixedBlob.isReady(word.getInt(0))) {
                throw new DamageException(file.getFileName() + " is not a complete map", null);
            }
        }
    }

    // Recovering

    private Volume recover() throws IOException {
        awaitOthers();
        long start = System.nanoTime();
        deleteOtherGenerations();
        undoUnfinishedRepair();
        if (!state.suspect() && state.openedSince(boot)) {
            try {
                return recoverInPlace(start);
            } catch (SegmentRepair.UnsoundException | DamageException e) {
                LOGGER.log(
                        Level.INFO,
                        "the session store in {0} is recovered by a copy of the whole, because {1}",
                        directory,
                        e.getMessage());
                state.suspect(true);
                undoUnfinishedRepair();
            }
        }
        return recoverCopy(start);
    }

    private void undoUnfinishedRepair() throws IOException {
        if (SegmentRepair.isUnfinished(files)) {
            try (ChronicleMap<SessionKey, StoredSession> sessions =
                            openMap(state.layout().sessions(), "sessions", state.generation());
                    PrincipalIndex index = openIndex(state.layout(), state.generation())) {
                new SegmentRepair(files, mapsOf(sessions, index)).undo();
            } catch (DamageException e) {
                // The maps are damaged beyond a repair in place; a recovery of a copy may read them.
                state.suspect(true);
            }
            Files.deleteIfExists(files.file(SegmentRepair.FILE));
        }
    }

    private static List<ChronicleMap<?, ?>> mapsOf(
            ChronicleMap<SessionKey, StoredSession> sessions, PrincipalIndex index) {
        List<ChronicleMap<?, ?>> maps = new ArrayList<>(index.maps());
        maps.add(0, sessions);
        return maps;
    }

    private Volume recoverInPlace(long start) throws IOException, SegmentRepair.UnsoundException {
        Layout layout = state.layout();
        ChronicleMap<SessionKey, StoredSession> sessions = openMap(layout.sessions(), "sessions", state.generation());
        return onTopOf(sessions, () -> {
            PrincipalIndex index = openIndex(layout, state.generation());
            return onTopOf(index, () -> {
                quietly(() -> new SegmentRepair(files, mapsOf(sessions, index)).repair());
                Completion completion = new Completion(sessions, room);
                int completed = Journal.replay(journal, completion);
                completion.principals.forEach(index::forget);
                RecordScan scan = RecordScan.of(sessions, index, completion.principals::contains, room);
                if (!scan.torn().isEmpty()) {
                    throw new SegmentRepair.UnsoundException("a record is damaged");
                }
                return recovered(start, sessions, index, scan, completed, 0);
            });
        });
    }

    private Volume recoverCopy(long start) throws IOException {
        Layout layout = state.layout();
        long next = state.generation() + 1;
        Path copy = files.create(fileName("sessions", next));
        requireMap(file("sessions", state.generation()));
        SparseCopy.copy(file("sessions", state.generation()), copy);
        room.takeToOpen(0);
        ChronicleMap<SessionKey, StoredSession> sessions = mend(layout, copy);
        return onTopOf(sessions, () -> {
            int completed = Journal.replay(journal, new Completion(sessions, room));
            PrincipalIndex index = openIndex(layout, next);
            return onTopOf(index, () -> {
                RecordScan scan = RecordScan.of(sessions, index, principal -> true, room);
                scan.torn().forEach(key -> change(sessions, key, null));
                state.generation(next);
                return recovered(
                        start, sessions, index, scan, completed, scan.torn().size());
            });
        });
    }

    private Volume recovered(
            long start,
            ChronicleMap<SessionKey, StoredSession> sessions,
            PrincipalIndex index,
            RecordScan scan,
            int completed,
            int discarded)
            throws IOException {
        state.counters().set(scan.sessions(), scan.anonymous());
        state.opened(boot);
        state.suspect(false);
        Journal.clear(journal);
        state.damaged(false);
        deleteOtherGenerations();
        report(new Recovery(scan.sessions(), completed, discarded, Duration.ofNanos(System.nanoTime() - start)));
        return volume(sessions, index);
    }

    private void report(Recovery done) {
        recovery = done;
        LOGGER.log(
                done.discarded() > 0 ? Level.WARNING : Level.INFO,
                "the session store in {0} had not been closed and was recovered in {1} ms: {2} sessions; {3} changes"
                        + " completed, {4} damaged records discarded",
                directory,
                done.duration().toMillis(),
                done.sessions(),
                done.completed(),
                done.discarded());
    }

    private static ChronicleMap<SessionKey, StoredSession> mend(Layout layout, Path copy) throws IOException {
        try {
            return quietly(() ->
                    TierBulks.madeSafe(layout.sessions().recoverPersistedTo(copy.toFile(), true, corruption -> {})));
        } catch (IOException | ChronicleHashRecoveryFailedException e) {
            if (e.getCause() instanceof InternalError full) {
                // Not damaged: there is no room for the copy.
                throw full;
            }
            throw new DamageException("Chronicle Map cannot mend it", e);
        }
    }

    /** Runs a recovery by Chronicle, which logs a warning for each and describes the entries that it mends. */
    private static <T, E extends Exception> T quietly(Opening<T, E> recovery) throws IOException, E {
        ExceptionHandler quiet = ExceptionHandler.ignoresEverything();
        Jvm.setThreadLocalExceptionHandlers(null, quiet, quiet);
        try {
            return recovery.open();
        } finally {
            Jvm.setThreadLocalExceptionHandlers(null, null, null);
        }
    }

    /** Puts or, with null, removes, and returns the old value. */
    private static byte @Nullable [] change(
            ChronicleMap<SessionKey, StoredSession> sessions, SessionKey key, byte @Nullable [] value) {
        try (ExternalMapQueryContext<SessionKey, StoredSession, ?> context = sessions.queryContext(key)) {
            context.writeLock().lock();
            MapEntry<SessionKey, StoredSession> entry = context.entry();
            byte[] old = null;
            if (entry != null) {
                old = Entries.copy(entry.value()).bytes();
                Entries.remove(context, entry);
            }
            if (value != null) {
                Entries.insert(context, StoredSession.of(value));
            }
            return old;
        }
    }

    /** Completes the unfinished changes, and collects the principals whose index they may have left half changed. */
    private static final class Completion implements Journal.Replay {

        private final ChronicleMap<SessionKey, StoredSession> sessions;
        private final DiskSpaceGuard room;
        private final Set<PrincipalKey> principals = new HashSet<>();

        Completion(ChronicleMap<SessionKey, StoredSession> sessions, DiskSpaceGuard room) {
            this.sessions = sessions;
            this.room = room;
        }

        @Override
        public void put(SessionKey key, byte[] value, byte @Nullable [] before) {
            room.takeToOpen(value.length);
            reindexPrincipalOf(value);
            try {
                reindexPrincipalOf(change(sessions, key, value));
            } catch (StoreFullException e) {
                // No caller was told that it had been written.
                if (before != null) {
                    reindexPrincipalOf(before);
                    change(sessions, key, before);
                }
            }
        }

        @Override
        public void delete(SessionKey key) {
            reindexPrincipalOf(change(sessions, key, null));
        }

        @Override
        public void reindex(PrincipalKey principal) {
            principals.add(principal);
        }

        private void reindexPrincipalOf(byte @Nullable [] record) {
            PrincipalKey principal = record == null || record.length < StoredSession.LENGTH_WITH_PRINCIPAL
                    ? null
                    : StoredSession.principal(record);
            if (principal != null) {
                principals.add(principal);
            }
        }
    }

    private void layOutAnew() throws IOException {
        long next = state.generation() + 1;
        try (ChronicleMap<SessionKey, StoredSession> from =
                        openMap(state.layout().sessions(), "sessions", state.generation());
                ChronicleMap<SessionKey, StoredSession> to = openMap(wanted.sessions(), "sessions", next);
                PrincipalIndex index = openIndex(wanted, next)) {
            from.forEachEntry(entry -> {
                byte[] value = Entries.copy(entry.value()).bytes();
                room.takeToOpen(value.length);
                change(to, entry.key().get(), value);
            });
            RecordScan.of(to, index, principal -> true, room);
        } catch (StoreFullException | UncheckedIOException e) {
            LOGGER.log(
                    Level.WARNING,
                    "the sessions in {0} do not fit the new bounds, and keep the old ones: {1}",
                    directory,
                    e.getMessage());
            deleteOtherGenerations();
            return;
        }
        state.layout(wanted);
        state.generation(next);
        deleteOtherGenerations();
    }

    // Other processes

    private boolean othersAreFine() throws IOException {
        return !state.damaged() && (others() != 0) && endedMembers().isEmpty();
    }

    private long others() {
        return member < 0 ? 0 : state.members() & ~(1L << member);
    }

    private List<Integer> endedMembers() throws IOException {
        List<Integer> ended = new ArrayList<>();
        long others = others();
        for (int other = 0; other < StoreLock.MEMBERS; other++) {
            if ((others & 1L << other) != 0 && lock.hasEnded(other)) {
                ended.add(other);
            }
        }
        return ended;
    }

    /** Waits until no other process has the maps open. */
    private void awaitOthers() throws IOException {
        state.damaged(true);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            for (int ended : endedMembers()) {
                state.removeMember(ended);
            }
            if (others() == 0) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new StoreUnavailableException(
                        "another process that shares the session store in " + directory + " does not let go of it");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreUnavailableException("interrupted while the session store was being recovered", e);
            }
        }
    }

    // Files

    private MappedByteBuffer map(String name, long length) throws IOException {
        try (FileChannel channel = files.channel(name, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, length);
        }
    }

    private Path file(String map, long generation) {
        return files.file(fileName(map, generation));
    }

    private static String fileName(String map, long generation) {
        return map + "-" + generation + ".map";
    }

    private List<Path> mapFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".map"))
                    .toList();
        }
    }

    private void deleteOtherGenerations() throws IOException {
        List<Path> current =
                MAPS.stream().map(map -> file(map, state.generation())).toList();
        for (Path file : mapFiles()) {
            if (!current.contains(file)) {
                Files.delete(file);
            }
        }
    }

    private void setAside(DamageException cause) throws IOException {
        int number = 1;
        while (Files.exists(directory.resolve("damaged-" + number))) {
            number++;
        }
        Path aside = files.createDirectory("damaged-" + number);
        List<Path> damaged = new ArrayList<>(mapFiles());
        damaged.add(directory.resolve("state"));
        damaged.add(directory.resolve(JOURNAL));
        if (SegmentRepair.isUnfinished(files)) {
            damaged.add(files.file(SegmentRepair.FILE));
        }
        for (Path file : damaged) {
            Files.move(file, aside.resolve(file.getFileName()));
        }
        state = new StateFile(map("state", StateFile.LENGTH));
        // A new file: the old one was moved away above, and no other process has the directory open.
        journalIsNew = true;
        journal = map(JOURNAL, JOURNAL_LENGTH);
        LOGGER.log(
                Level.ERROR,
                "the session store in " + directory + " could not be recovered; it was moved to " + aside
                        + ", and a new one begun",
                cause);
    }

    /** The files are not what they should be. */
    private static final class DamageException extends IOException {

        private static final long serialVersionUID = 1L;

        DamageException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
