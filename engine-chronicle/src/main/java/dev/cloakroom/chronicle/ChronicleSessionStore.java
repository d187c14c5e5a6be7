package dev.cloakroom.chronicle;

import dev.cloakroom.store.EvictingSessionStore;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.store.StoreUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import net.openhft.chronicle.hash.ChronicleHashClosedException;
import net.openhft.chronicle.hash.impl.BigSegmentHeader;
import net.openhft.chronicle.hash.locks.InterProcessDeadLockException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps sessions off the heap in a Chronicle Map: {@linkplain #inMemory() in memory}, or {@linkplain #persistedTo in
 * files} that are there again after a restart or a crash. Millions of sessions cost a garbage collector nothing.
 *
 * <p><b>Bounded.</b> It holds at most {@link Builder#maxSessions} sessions. Room for as many is reserved as address
 * space or as a sparse file, and taken as it is used. When the store is full, a new session takes the place of an
 * anonymous one; a session with a principal is never evicted. When there is no anonymous session to evict, or no space
 * left for a session that is larger than was foreseen, or on the disk, the write is refused with {@link
 * StoreFullException} and nothing is changed. A record of more than a mebibyte is refused with
 * {@link dev.cloakroom.store.RecordTooLargeException}.
 *
 * <p><b>Crash-safe.</b> With files, a write that returned is never lost when the process is killed, whatever the instant,
 * and no session is ever half of two versions. The next start notices and {@linkplain #recovery() recovers}. Nothing is
 * flushed to the disk, so a loss of power may cost recent writes; records that it damaged are discarded, not served.
 *
 * <p><b>Nothing stays behind.</b> Where a session was, there are zeros: in memory and in the files, which only their
 * owner can open.
 *
 * <p>The JVM needs some flags; {@link Builder#build} names those that are missing. Safe for use by any number of
 * threads, virtual ones included.
 */
public final class ChronicleSessionStore implements EvictingSessionStore {

    private static final int WRITERS = 64;
    private static final String RECOVERING = "the store is being recovered, because a process that shares it has died";

    private final long maxSessions;
    private final boolean leavesMemory;
    private final @Nullable StoreDirectory directory;
    private final ExpirySweep expirySweep = new ExpirySweep();
    private final Eviction eviction = new Eviction();
    private final PlatformThreads platformThreads = new PlatformThreads();
    private final @Nullable MemberMonitor memberMonitor;

    private volatile @Nullable Volume volume;
    private volatile boolean closed;

    private ChronicleSessionStore(Builder builder, @Nullable StoreDirectory directory, Volume volume) {
        this.maxSessions = builder.maxSessions;
        this.leavesMemory = builder.sealing == null ? directory != null : builder.sealing;
        this.directory = directory;
        this.volume = volume;
        ChronicleRuntime.opened();
        this.memberMonitor = directory != null && builder.shared ? new MemberMonitor(this::letGoIfNeeded) : null;
    }

    /** Returns a builder of a store that is gone when the process ends. */
    public static Builder inMemory() {
        return new Builder(null);
    }

    /**
     * Returns a builder of a store in files.
     *
     * @param directory the directory of the files. It is created if it does not exist. It must be for this store alone,
     *     belong to the user of this process, be accessible to no other user ({@code chmod 700}), and contain no
     *     symbolic links
     */
    public static Builder persistedTo(Path directory) {
        return new Builder(Objects.requireNonNull(directory, "directory"));
    }

    @Override
    public @Nullable SessionRecord load(SessionKey key) {
        if (PlatformThreads.needed()) {
            return call(open -> open.load(key));
        }
        Volume open = open();
        try {
            return open.load(key);
        } catch (ChronicleHashClosedException | InterProcessDeadLockException | NullPointerException e) {
            throw open.failure(e);
        } catch (InternalError e) {
            throw open.failure(e);
        }
    }

    @Override
    public boolean insert(SessionRecord record) {
        Objects.requireNonNull(record, "record");
        return call(open -> {
            boolean inserted = false;
            long sessions = open.counters().addSessions(1);
            try {
                if (sessions > maxSessions) {
                    if (open.isTaken(record)) {
                        return false;
                    }
                    if (!eviction.evictOne(open)) {
                        throw new StoreFullException("the store is full: it holds " + (sessions - 1)
                                + " sessions, its limit is " + maxSessions
                                + ", and none is anonymous and can be evicted. Raise maxSessions, or shorten the"
                                + " sessions' timeouts.");
                    }
                }
                inserted = open.insert(record);
            } finally {
                if (!inserted) {
                    open.counters().addSessions(-1);
                }
            }
            return inserted;
        });
    }

    @Override
    public boolean replace(SessionRecord record) {
        long expectedVersion = record.previousVersion();
        return call(open -> open.replace(record, expectedVersion));
    }

    @Override
    public boolean touch(SessionKey key, long instant) {
        return call(open -> open.touch(key, instant));
    }

    @Override
    public boolean delete(SessionKey key) {
        return call(open -> open.delete(key));
    }

    @Override
    public List<SessionRecord> byPrincipal(PrincipalKey principal) {
        return call(open -> open.byPrincipal(principal));
    }

    @Override
    public int sweep(long now, int limit, Consumer<? super SessionRecord> removed) {
        Objects.requireNonNull(removed, "removed");
        return call(open -> expirySweep.sweep(open, now, limit, removed));
    }

    @Override
    public long size() {
        return open().counters().sessions();
    }

    /** Returns how many sessions have no principal; an estimate while others write. */
    public long anonymousSessions() {
        return open().counters().anonymous();
    }

    /** Returns the bound on the number of sessions. */
    public long maxSessions() {
        return maxSessions;
    }

    @Override
    public boolean leavesMemory() {
        return leavesMemory;
    }

    /** Has a listener told of evictions; with a store that is shared, of those by this process. */
    @Override
    public void onEviction(Consumer<? super SessionRecord> listener) {
        eviction.listener(Objects.requireNonNull(listener, "listener"));
    }

    /** Returns what was recovered when this store was opened, or nothing if it had been closed in order. */
    public Optional<Recovery> recovery() {
        return Optional.ofNullable(directory == null ? null : directory.recovery());
    }

    /** Closes the files so that they open at once next time, or frees the memory. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        if (memberMonitor != null) {
            memberMonitor.close();
        }
        platformThreads.close();
        Volume open = volume;
        // A file channel refuses a lock to a thread that is interrupted, and a program that stops interrupts threads.
        boolean interrupted = Thread.interrupted();
        try {
            if (directory == null) {
                Objects.requireNonNull(open).close("");
            } else if (open == null) {
                directory.close();
            } else {
                directory.close(open);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            ChronicleRuntime.closed();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Volume open() {
        Volume open = volume;
        if (closed) {
            throw StoreUnavailableException.closed();
        }
        if (open == null) {
            throw new StoreUnavailableException(RECOVERING);
        }
        return open;
    }

    private <T extends @Nullable Object> T call(Function<Volume, T> operation) {
        Volume open = open();
        return PlatformThreads.needed()
                ? platformThreads.call(() -> callHere(open, operation))
                : callHere(open, operation);
    }

    private <T extends @Nullable Object> T callHere(Volume open, Function<Volume, T> operation) {
        // Chronicle grows a file through a channel, and a channel closes for good under a thread that is interrupted.
        boolean interrupted = Thread.interrupted();
        try {
            return operation.apply(open);
        } catch (ChronicleHashClosedException | InterProcessDeadLockException | NullPointerException e) {
            throw open.failure(e);
        } catch (InternalError e) {
            throw open.failure(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets go of the maps when another process has died with them open, and opens them again once recovered. */
    private void letGoIfNeeded() throws IOException {
        StoreDirectory shared = Objects.requireNonNull(directory);
        Volume open = volume;
        if (open != null && shared.mustDetach()) {
            volume = null;
            shared.detach(open);
        }
        if (volume == null) {
            volume = shared.attach();
        }
    }

    /**
     * Settings of a {@link ChronicleSessionStore}. Each may be set once; a second time throws
     * {@link IllegalStateException}. Not thread-safe.
     */
    public static final class Builder {

        private final @Nullable Path directory;
        private long maxSessions = 1_000_000;
        private int typicalSessionBytes = 1024;
        private int tiers = Layout.DEFAULT_TIERS;
        private boolean shared;
        private @Nullable DiskSpaceGuard room;
        private OnDamage onDamage = OnDamage.FAIL;
        private @Nullable Boolean sealing;
        private final Set<String> given = new HashSet<>();

        private Builder(@Nullable Path directory) {
            this.directory = directory;
        }

        /**
         * Sets how many sessions the store may hold; a million unless set. A store on disk that was made with another
         * bound is laid out anew when it opens.
         *
         * @throws IllegalArgumentException if it is not between 1 and 10^9
         */
        public Builder maxSessions(long sessions) {
            once("maxSessions");
            if (sessions < 1 || sessions > 1_000_000_000) {
                throw new IllegalArgumentException("maxSessions must be between 1 and 10^9: " + sessions);
            }
            maxSessions = sessions;
            return this;
        }

        /**
         * Sets how long a session's record is on average; 1024 bytes unless set. A wrong guess costs speed, not
         * sessions: there is room for records that are many times longer.
         *
         * @throws IllegalArgumentException if it is not between 64 and 65,536
         */
        public Builder typicalSessionBytes(int bytes) {
            once("typicalSessionBytes");
            if (bytes < 64 || bytes > 65_536) {
                throw new IllegalArgumentException("typicalSessionBytes must be between 64 and 65,536: " + bytes);
            }
            typicalSessionBytes = bytes;
            return this;
        }

        /** Sets how many times the space that was foreseen may be taken, so that tests see it run out. */
        Builder tiers(int number) {
            tiers = number;
            return this;
        }

        /** Takes the disk to have another room than it says, so that tests see it full. */
        Builder room(DiskSpaceGuard other) {
            room = other;
            return this;
        }

        /** Sets how the store treats files that it cannot recover; unless set, {@link OnDamage#FAIL}. */
        public Builder onDamage(OnDamage choice) {
            once("onDamage");
            onDamage = Objects.requireNonNull(choice, "choice");
            return this;
        }

        /**
         * Lets several processes of this machine have the files open together, up to 16 and all of them opened so.
         * When one of them dies, the others answer with {@link StoreUnavailableException} until one has recovered the
         * store: as long as a recovery takes, and some seconds more if the dead process held a lock.
         *
         * @throws IllegalStateException if the store is in memory
         */
        public Builder shared() {
            if (directory == null) {
                throw new IllegalStateException("a store in memory cannot be shared");
            }
            once("shared");
            shared = true;
            return this;
        }

        /**
         * Sets whether an engine seals (encrypts and authenticates) what it gives to this store, unless the engine is
         * told otherwise; unless set, it does for a store in files.
         */
        public Builder sealing(boolean on) {
            once("sealing");
            sealing = on;
            return this;
        }

        private void once(String setting) {
            if (!given.add(setting)) {
                throw new IllegalStateException(setting + " was set before; set it once");
            }
        }

        /**
         * Opens the store, and recovers it if it was not closed.
         *
         * @throws IllegalStateException if the JVM lacks flags, another process or another store of this JVM uses the
         *     files, other users have access to the directory, or it contains symbolic links
         * @throws StoreUnavailableException if the files cannot be recovered, and that is {@link OnDamage#FAIL}
         * @throws UncheckedIOException if the files cannot be made or read
         */
        public ChronicleSessionStore build() {
            JvmFlags.check();
            if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
                throw new IllegalStateException("Chronicle Map needs a little-endian processor");
            }
            // Read by Chronicle when its classes are loaded: no advertisement, and nothing sent home.
            System.setProperty("chronicle.announcer.disable", "true");
            System.setProperty("chronicle.analytics.disable", "true");
            Layout layout = new Layout(maxSessions, typicalSessionBytes, tiers);
            return directory == null ? inMemory(layout) : persisted(layout, directory);
        }

        private ChronicleSessionStore inMemory(Layout layout) {
            PrincipalIndex index = new PrincipalIndex(
                    TierBulks.madeSafe(layout.heads().create()),
                    TierBulks.madeSafe(layout.pages().create()));
            Counters counters = new Counters(ByteBuffer.allocateDirect(Counters.LENGTH));
            return new ChronicleSessionStore(
                    this,
                    null,
                    new Volume(
                            TierBulks.madeSafe(layout.sessions().create()),
                            index,
                            Journal.none(WRITERS),
                            counters,
                            DiskSpaceGuard.endless()));
        }

        private ChronicleSessionStore persisted(Layout layout, Path path) {
            if (shared) {
                // A lock that a dead process holds is waited for this long, until a recovery frees it.
                BigSegmentHeader.LOCK_TIMEOUT_SECONDS = (int) MemberMonitor.LOCK_TIMEOUT.toSeconds();
            }
            try {
                StoreDirectory opened = StoreDirectory.open(path, layout, shared, onDamage);
                if (room != null) {
                    opened.room(room);
                }
                try {
                    return new ChronicleSessionStore(this, opened, opened.attach());
                } catch (IOException | RuntimeException | InternalError e) {
                    opened.close();
                    throw e;
                }
            } catch (InternalError e) {
                throw new UncheckedIOException(
                        "the session store in " + path + " cannot be opened",
                        new IOException("its files could not be read or written, as when the disk is full", e));
            } catch (IOException e) {
                throw new UncheckedIOException("the session store in " + path + " cannot be opened", e);
            }
        }
    }
}
