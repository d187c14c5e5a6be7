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

/** Opens, recovers and closes the files of a store as a {@link Volume}. */
/*
 * The directory holds
 *
 *   lock                            the processes that use it                      StoreLock
 *   state                           the stage, and the current generation          StateFile
 *   journal                         the unfinished writes                          Journal
 *   sessions-N.map                  the records, of generation N
 *   principals-N.map, pages-N.map   the index over them                            PrincipalIndex
 *   repair                          the bytes before an unfinished repair          SegmentRepair
 *
 * Recovery in place. If only a process has died, all its stores to mapped memory are there, and the segments that it
 * was changing are locked. The cost depends on the number of unfinished changes, plus one read of all records:
 *
 *   repair the segments that are locked; complete the changes in the journal; drop the index of the principals of
 *   unfinished writes; read all records, to check and count them and to list those of these principals; clear the
 *   journal
 *
 * A process that is killed during it leaves the segment that it was changing locked, or saved by the repair, and the
 * journal as it was. So the next recovery begins again.
 *
 * Recovery of a copy. The locks do not show all damage after a restart of the system, after a failed write, on a disk
 * that was nearly full, or if the maps are not as the recovery in place expects. Then Chronicle repairs the tables of
 * all segments. It rebuilds each table, and a process that is killed during this would lose entries. Therefore it works
 * on a copy: the files of generation N+1 are made from those of generation N. The state names them once they are
 * complete. If the process is killed before, the next recovery begins with the same files. The old files are deleted at
 * the end.
 *
 *   copy the records; let Chronicle free stale locks and mend the tables; complete the changes in the journal; read all
 *   records, to check and count them and to make the index; drop those whose checksum is wrong; name the generation;
 *   clear the journal
 *
 * A change of the layout works alike, with a new map instead of the copy.
 *
 * Several processes. All of the above happens behind the gate of the lock. A process that died while it had the maps
 * open may hold a lock inside them, which only a recovery can free. Therefore a member that finds another one dead
 * marks the state as damaged. Every member that sees the mark closes the maps. The first one at the gate waits until
 * all have closed them, recovers the store, and removes the mark. The others open the maps again.
 */
final class StoreDirectory implements AutoCloseable {

    private static final Logger LOGGER = System.getLogger(ChronicleSessionStore.class.getName());

    /** The maximum number of concurrent writers of a process that shares the store. */
    private static final int MEMBER_SLOTS = 16;

    /** The maximum number of concurrent writers of an exclusive owner. It uses the slots of the first members. */
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
    /** The number of this member, or -1 for an exclusive owner. */
    private final int member;

    private final @Nullable UUID boot = BootId.read();

    private StateFile state;
    private ByteBuffer journal;
    private DiskSpaceGuard room;

    /** Whether the journal was empty when this process opened it. It holds zeros then until the maps are created. */
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

    /** Opens a directory for this process alone or for several. Creates it if it does not exist. */
    static StoreDirectory open(Path path, Layout wanted, boolean shared, OnDamage onDamage) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new IllegalArgumentException(path + " is a file; name a directory that only the session store uses");
        }
        OwnerOnlyDirectory files = OwnerOnlyDirectory.claim(path);
        try {
            StoreLock lock = StoreLock.open(files);
            try {
                int member = lock.behindGate(() -> {
                    int taken = shared ? lock.becomeMember() : lock.becomeOwner() ? -1 : -2;
                    if (taken < (shared ? 0 : -1)) {
                        throw new IllegalStateException("the session store in " + path + " is in use by "
                                + (shared ? "an exclusive owner, or by too many processes" : "another process")
                                + "; stop that process, or open the store as shared in each of at most "
                                + StoreLock.MEMBERS + " processes");
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

    /** Replaces the guard of the disk's space. For tests of a full disk. */
    void room(DiskSpaceGuard other) {
        room = other;
        room.onShortage(this::suspect);
    }

    private void suspect() {
        state.suspect(true);
    }

    /** Returns the result of the recovery by the last {@link #attach}, or null if there was none. */
    @Nullable
    Recovery recovery() {
        return recovery;
    }

    /** Opens the maps, after a recovery or a change of the layout if they need it. */
    Volume attach() throws IOException {
        return lock.behindGate(() -> {
            try {
                return attachBehindGate();
            } catch (DamageException e) {
                if (onDamage == OnDamage.FAIL || member >= 0) {
                    throw new StoreUnavailableException(
                            "the session store in " + directory + " cannot be recovered: " + e.getMessage()
                                    + "; its files were left as they are. Restore a backup, or open the store unshared with"
                                    + " OnDamage.START_FRESH",
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
                state.status().orElseThrow(() -> new DamageException("its state file has an unknown format", null));
        Volume volume = switch (status) {
            case EMPTY -> {
                if (!mapFiles().isEmpty()) {
                    throw new DamageException("its state file is missing", null);
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

    /** Closes the maps, after another process died while it had them open. */
    void detach(Volume volume) {
        state.damaged(true);
        volume.close("the store is being recovered, because a process that shares it has died");
        state.removeMember(member);
    }

    /** Returns whether the members that have the maps open must close them. */
    boolean mustDetach() throws IOException {
        return state.damaged() || !endedMembers().isEmpty();
    }

    /**
     * Closes the maps and releases the directory. The maps then open without a recovery. If they cannot be closed,
     * releases the directory in the state of a process that died.
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
            // The journal of a store whose other files were removed, or whose creation was interrupted. A new journal
            // holds zeros, because only an open store writes to it. To read each of its slots would take a page per
            // slot
            // from the system, which is most of the time of a first start.
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

    /** Returns the result of an opening. Closes the lower resource if it fails. */
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

    /** Opens a file of the current generation, or creates one of another generation. */
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
            // Not damage: the file may be unreadable, or there are too many open files.
            throw e;
        } catch (IOException e) {
            throw new DamageException(file.getFileName() + " cannot be read as a map", e);
        }
    }

    /** Checks that a file begins like a complete map. Chronicle would wait for a minute for an incomplete one. */
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
                        "the session store in {0} is recovered from a copy of its files, because {1}",
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
                // The maps cannot be repaired in place. A recovery of a copy may read them.
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
                "the session store in {0} was not closed and has been recovered in {1} ms: {2} sessions, {3} unfinished"
                        + " changes completed, {4} damaged records discarded",
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
                // Not damage: there is no space for the copy.
                throw full;
            }
            throw new DamageException("Chronicle Map cannot repair it", e);
        }
    }

    /** Runs a recovery by Chronicle without its log, which describes the repaired entries. */
    private static <T, E extends Exception> T quietly(Opening<T, E> recovery) throws IOException, E {
        ExceptionHandler quiet = ExceptionHandler.ignoresEverything();
        Jvm.setThreadLocalExceptionHandlers(null, quiet, quiet);
        try {
            return recovery.open();
        } finally {
            Jvm.setThreadLocalExceptionHandlers(null, null, null);
        }
    }

    /** Puts a value, or removes the entry if it is null. Returns the old value. */
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

    /** Completes the unfinished changes, and collects the principals whose index may be incomplete. */
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
                // The write that needed the room has not returned.
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
                    "the sessions in {0} do not fit into the new maxSessions or typicalSessionBytes, so the old values stay"
                            + " in effect: {1}",
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
                throw new StoreUnavailableException("another process that shares the session store in " + directory
                        + " does not close it for the recovery; restart that process");
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
        // A new file: the old one was moved above, and no other process has the directory open.
        journalIsNew = true;
        journal = map(JOURNAL, JOURNAL_LENGTH);
        LOGGER.log(
                Level.ERROR,
                "the session store in " + directory + " could not be recovered; its files were moved to " + aside
                        + ", and the store starts empty",
                cause);
    }

    /** Thrown if the files of a store are damaged. */
    private static final class DamageException extends IOException {

        private static final long serialVersionUID = 1L;

        DamageException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
