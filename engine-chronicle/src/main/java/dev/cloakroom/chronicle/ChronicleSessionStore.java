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
 * files} that survive a restart and a crash. The garbage collector does not see the sessions.
 *
 * <p><b>Bounded.</b> The store holds at most {@link Builder#maxSessions} sessions. It reserves address space or a
 * sparse file for them, and uses memory or disk space as sessions are written. When the store is full, a new session
 * replaces an anonymous one. A session with a principal is never evicted. A write throws {@link StoreFullException} and
 * changes nothing if there is no anonymous session to evict, or no space for the session in the maps or on the disk. A
 * record of more than 1 MiB is refused with {@link dev.cloakroom.store.RecordTooLargeException}.
 *
 * <p><b>Crash-safe.</b> With files, no write that returned is lost when the process is killed, and no session is a mix
 * of two versions. The next start {@linkplain #recovery() recovers} the store. The store does not flush to the disk: a
 * power failure may lose recent writes. Records that a power failure damaged are discarded.
 *
 * <p><b>Erased.</b> A removed session is overwritten with zeros, in memory and in the files. No other user can open the
 * files. On a file system without Unix permissions this is not checked.
 *
 * <p>The JVM needs some flags; {@link Builder#build} names the missing ones. Thread-safe, also for virtual threads.
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

    /** Returns a builder of a store in memory, which ends with the process. */
    public static Builder inMemory() {
        return new Builder(null);
    }

    /**
     * Returns a builder of a store in files.
     *
     * @param directory the directory of the files. It is created if it does not exist. It must contain no other files
     *     and no symbolic links, belong to the user of this process, and be accessible to no other user
     *     ({@code chmod 700})
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

    /** Returns how many sessions have no principal. An estimate during concurrent writes. */
    public long anonymousSessions() {
        return open().counters().anonymous();
    }

    /** Returns the maximum number of sessions. */
    public long maxSessions() {
        return maxSessions;
    }

    @Override
    public boolean leavesMemory() {
        return leavesMemory;
    }

    /**
     * Sets the listener of evictions, which replaces the previous one. A listener of a shared store receives the
     * evictions of this process only.
     */
    @Override
    public void onEviction(Consumer<? super SessionRecord> listener) {
        eviction.listener(Objects.requireNonNull(listener, "listener"));
    }

    /** Returns the result of the recovery when this store was opened, or empty if it was closed normally before. */
    public Optional<Recovery> recovery() {
        return Optional.ofNullable(directory == null ? null : directory.recovery());
    }

    /**
     * Closes the files, which then open without a recovery, or frees the memory. Waits for running calls. A second call
     * has no effect.
     *
     * @throws UncheckedIOException if the files cannot be closed; the next start recovers the store
     */
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
        // FileChannel.lock throws on an interrupted thread, and a program that shuts down interrupts threads.
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
        // Chronicle grows a file through a channel. The channel would close if this thread were interrupted.
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

    /** Closes the maps if another process died while it had them open, and opens them after a recovery. */
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
     * Builds a {@link ChronicleSessionStore}. Setting a value twice throws {@link IllegalStateException}. Not
     * thread-safe.
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
         * Sets the maximum number of sessions. Default: 1,000,000. Opening a store on disk that has another maximum
         * rewrites its files.
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
         * Sets the typical length of a session's record, in bytes. Default: 1,024. Longer records need more time, and
         * fit up to many times this length.
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

        /** Sets how many times its reserved space a map may take. For tests of a full map. */
        Builder tiers(int number) {
            tiers = number;
            return this;
        }

        /** Replaces the guard of the disk's space. For tests of a full disk. */
        Builder room(DiskSpaceGuard other) {
            room = other;
            return this;
        }

        /** Sets what happens to files that cannot be recovered. Default: {@link OnDamage#FAIL}. */
        public Builder onDamage(OnDamage choice) {
            once("onDamage");
            onDamage = Objects.requireNonNull(choice, "choice");
            return this;
        }

        /**
         * Shares the files between up to 16 processes of this machine. Each of them must call this method. When one of
         * them dies, calls in the others throw {@link StoreUnavailableException} until one of them has recovered the
         * store. This takes the time of a recovery, and some seconds more if the dead process held a lock.
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
         * Sets whether an engine seals (encrypts and authenticates) the records of this store by default. The engine's
         * own setting takes precedence. Default: true for a store in files, false in memory.
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
         * Opens the store. Recovers it if the process that used it was killed.
         *
         * @throws IllegalStateException if the JVM lacks flags, another process or another store of this JVM uses the
         *     files, other users have access to the directory, or it contains symbolic links
         * @throws StoreUnavailableException if the files cannot be recovered, with {@link OnDamage#FAIL}
         * @throws UncheckedIOException if the files cannot be created or read
         */
        public ChronicleSessionStore build() {
            JvmFlags.check();
            if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
                throw new IllegalStateException("Chronicle Map needs a little-endian processor");
            }
            // Chronicle reads these properties when its classes are loaded. They switch off its banner and its
            // telemetry.
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
                // The longest wait for a lock that a dead process holds. A recovery frees the lock.
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
