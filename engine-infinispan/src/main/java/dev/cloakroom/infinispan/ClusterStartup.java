package dev.cloakroom.infinispan;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.infinispan.AdvancedCache;
import org.infinispan.container.entries.InternalCacheEntry;
import org.infinispan.context.Flag;
import org.infinispan.manager.EmbeddedCacheManager;
import org.infinispan.partitionhandling.AvailabilityMode;
import org.jspecify.annotations.Nullable;

/**
 * Starts a cluster, and keeps its sessions across a stop and a start of all nodes.
 *
 * <p>A session that ended must not come back from a file. A file that is written along with each change is out of date as
 * soon as its node is down, and its content does not show that. So no file exists while a cluster runs. Nodes that leave
 * in order leave one after the other ({@link OrderlyLeave}), so the last one has all sessions. It alone writes a file,
 * when no other node is left that could end a session. Reads and writes cost nothing more. A cluster that is killed as a
 * whole leaves no sessions.
 *
 * <p>A file counts until a cluster has begun to serve, and a cluster begins once. A note that all nodes have tells the
 * state:
 *
 * <pre>
 * none            no node has answered a request yet
 * a node's name   this node is restoring the sessions, or is the last one and is writing the file
 * "begun"         nodes answer; a file that appears now is deleted and not read
 * </pre>
 *
 * <p>All nodes are unavailable until the cluster has begun. So no session in a file is reported absent, and none is missed
 * when all sessions of a user are ended. The node with a file takes the note, puts all entries into the caches, deletes the
 * file durably, and then writes "begun". If it is killed before that, it still has the file, and no request has seen its
 * sessions. If it is killed after that, it has none. The next node that takes the note removes what a killed one restored
 * in part.
 *
 * <p>The last node takes the note back before it collects the entries. It checks that it is alone after that, and again
 * when the file is written. If a node has joined, it deletes the file and leaves as any other does. A node that joins
 * later finds that the cluster has not begun. A node that is cut off is unavailable ({@link OnSplit#DENY}), and an
 * unavailable node writes nothing. With {@link OnSplit#SERVE} two last nodes would write two files, so that is refused.
 *
 * <p>Nodes without a file wait for those that may have one. While the cluster runs, each node records which nodes it sees.
 * If all recorded nodes are present and none has a file, the cluster begins empty at once, as after a kill of all. If some
 * are missing, it begins after a time, or when an operator says so; a file of theirs is then too late. A new directory
 * waits for no other.
 *
 * <p>One case is left: a cluster began without the last node of the one before, and stopped; then that node starts before
 * all others. The sessions in its file are back. None of them had ended, but ending all sessions of a user in between did
 * not reach them.
 *
 * <p>Without a cluster the node is always the first and the last.
 */
final class ClusterStartup implements AutoCloseable {

    /** The note of a cluster that has begun to serve. */
    static final String BEGUN = "begun";

    private static final Logger LOGGER = System.getLogger(InfinispanSessionStore.class.getName());
    private static final String BEGINNING = "beginning";
    private static final String DIRECTORY = "directory ";

    /** The directory of a node that has just joined, and not said yet what its own is called. */
    private static final String UNKNOWN = new UUID(0, 0).toString();

    private static final Duration STOPS_WITHIN = Duration.ofSeconds(5);
    private static final int TOGETHER = 256;

    /** Longer than nodes take to find out that all who are missing left in order, see {@link OrderlyLeave}. */
    private static final Duration UNAVAILABLE_AT_MOST = Duration.ofSeconds(5);

    private static final long LOOK_AGAIN_MILLIS = 20;
    private static final long REMEMBER_AGAIN_MILLIS = 500;

    private final EmbeddedCacheManager manager;
    private final @Nullable AdvancedCache<String, String> notes;
    private final AdvancedCache<SessionKey, SessionEntry> sessions;
    private final AdvancedCache<PrincipalKey, PrincipalEntry> principals;
    private final @Nullable SessionFiles files;
    private final InstantSource clock;
    private final long deadline;
    private final Thread watch;
    private boolean failed;
    private boolean rememberFailed;
    private long unavailableSince;
    private boolean broughtBack;
    private volatile boolean begun;

    /**
     * Prepares to begin.
     *
     * @param notes what all nodes have, or null without a cluster
     * @param files what outlives a restart, or null if nothing does
     * @param patience how long nodes that may have sessions are waited for
     */
    ClusterStartup(
            EmbeddedCacheManager manager,
            @Nullable AdvancedCache<String, String> notes,
            AdvancedCache<SessionKey, SessionEntry> sessions,
            AdvancedCache<PrincipalKey, PrincipalEntry> principals,
            @Nullable SessionFiles files,
            Duration patience,
            InstantSource clock) {
        this.manager = manager;
        this.notes = notes;
        this.sessions = sessions;
        this.principals = principals;
        this.files = files;
        this.clock = clock;
        this.deadline = System.nanoTime() + patience.toNanos();
        this.watch = new Thread(this::watch, "cloakroom-infinispan-startup");
        watch.setDaemon(true);
    }

    /** Returns whether the cluster has begun to serve, as far as this node has heard. */
    boolean hasBegun() {
        return begun;
    }

    // Beginning

    /** Brings sessions back if this node has them; goes on looking for others that may have them if need be. */
    void begin() {
        tryToLook(false);
        remember();
        if (notes != null && (files != null || !begun)) {
            watch.start();
        }
    }

    /** Announces that this node is here and has no sessions in its directory. A node that has some does not announce it yet. */
    private void announce(AdvancedCache<String, String> all, SessionFiles own) {
        String presence = new Presence(self(), own.others()).toString();
        if (!presence.equals(all.get(DIRECTORY + own.id()))) {
            all.put(DIRECTORY + own.id(), presence);
        }
    }

    /** Begins without waiting for anyone any longer. */
    void forceAvailable() {
        look(true);
    }

    private void watch() {
        try {
            while (!begun) {
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
                tryToLook(System.nanoTime() - deadline > 0);
            }
            while (true) {
                remember();
                TimeUnit.MILLISECONDS.sleep(REMEMBER_AGAIN_MILLIS);
            }
        } catch (InterruptedException e) {
            // The store is being closed.
        }
    }

    private synchronized void tryToLook(boolean waitedLongEnough) {
        try {
            look(waitedLongEnough);
        } catch (RuntimeException | Error e) {
            if (notes == null) {
                throw e;
            }
            LOGGER.log(failed ? Level.DEBUG : Level.WARNING, "the cluster cannot begin to serve yet; tries again", e);
            failed = true;
        }
    }

    private synchronized void look(boolean waitedLongEnough) {
        if (begun) {
            return;
        }
        if (notes != null && files != null && files.saved() == null) {
            announce(notes, files);
        }
        if (notes == null) {
            bringBack();
        } else if (BEGUN.equals(notes.get(BEGINNING))) {
            comeTooLate();
        } else if (broughtBack || takesNote(notes, waitedLongEnough)) {
            bringBack();
            // If this fails others may have begun nevertheless: from here on nothing may be cleared away any more.
            broughtBack = true;
            notes.put(BEGINNING, BEGUN);
        } else {
            return;
        }
        begun = true;
    }

    private boolean takesNote(AdvancedCache<String, String> all, boolean waitedLongEnough) {
        String holder = all.get(BEGINNING);
        boolean mayBegin = waitedLongEnough || files == null || files.saved() != null;
        if (holder == null) {
            return (mayBegin || allAreHere(all)) && all.putIfAbsent(BEGINNING, self()) == null;
        }
        boolean free = holder.equals(self()) || !present().contains(holder);
        if (!free || !mayBegin || !all.replace(BEGINNING, holder, self())) {
            return false;
        }
        sessions.clear();
        principals.clear();
        return true;
    }

    private String self() {
        return OrderlyLeave.id(manager.getAddress());
    }

    private Set<String> present() {
        return OrderlyLeave.ids(manager.getMembers());
    }

    /** What a node says of its directory: who it is itself, and which other directories there were at the last time. */
    private record Presence(String node, Set<String> others) {

        private static Presence parse(String text) {
            String[] parts = text.split(" ", 2);
            return new Presence(parts[0], parts[1].isEmpty() ? Set.of() : Set.of(parts[1].split(",", -1)));
        }

        @Override
        public String toString() {
            return node + " " + String.join(",", others);
        }
    }

    /** Returns the directories of the nodes that are there, and have no sessions in them. */
    private Map<String, Presence> directories(AdvancedCache<String, String> all) {
        Set<String> present = present();
        Map<String, Presence> directories = new HashMap<>();
        all.withFlags(Flag.CACHE_MODE_LOCAL).forEach((key, text) -> {
            if (key.startsWith(DIRECTORY)) {
                Presence presence = Presence.parse(text);
                if (present.contains(presence.node())) {
                    directories.put(key.substring(DIRECTORY.length()), presence);
                }
            }
        });
        return directories;
    }

    /** Returns whether everyone is there of whom anyone who is there knows, and none has sessions. */
    private boolean allAreHere(AdvancedCache<String, String> all) {
        Map<String, Presence> here = directories(all);
        return here.values().stream().allMatch(presence -> here.keySet().containsAll(presence.others()));
    }

    private void bringBack() {
        Snapshot saved = files == null ? null : files.saved();
        if (files == null || saved == null) {
            return;
        }
        long now = clock.millis();
        putAll(principals, saved.principals(), entry -> true);
        putAll(sessions, saved.sessions(), entry -> {
            SessionRecord record = entry.record();
            return record == null || !record.isExpired(now);
        });
        delete(files);
        LOGGER.log(Level.INFO, "brought back {0} sessions of the last run", saved.alive(now));
    }

    private static <K, V extends TokenedValue<V>> void putAll(
            AdvancedCache<K, V> cache, Map<K, V> entries, Predicate<V> wanted) {
        Queue<CompletableFuture<?>> pending = new ArrayDeque<>();
        entries.forEach((key, entry) -> {
            if (wanted.test(entry)) {
                pending.add(cache.putIfAbsentAsync(key, entry, entry.lifespan(), TimeUnit.MILLISECONDS));
                if (pending.size() == TOGETHER) {
                    pending.remove().join();
                }
            }
        });
        pending.forEach(CompletableFuture::join);
    }

    private void comeTooLate() {
        Snapshot saved = files == null ? null : files.saved();
        if (files != null && saved != null) {
            delete(files);
            LOGGER.log(
                    Level.WARNING,
                    "{0} sessions are given up that this node had of an earlier run: the cluster has begun without it",
                    saved.alive(clock.millis()));
        }
    }

    private static void delete(SessionFiles files) {
        try {
            files.delete();
        } catch (IOException e) {
            throw new UncheckedIOException("sessions that are there again cannot be deleted from their file", e);
        }
    }

    /** Writes down which nodes are there, once the cluster has begun. */
    synchronized void remember() {
        if (notes == null || files == null || !begun) {
            return;
        }
        try {
            announce(notes, files);
            Set<String> directories = new HashSet<>(directories(notes).keySet());
            if (directories.size() < present().size()) {
                directories.add(UNKNOWN);
            }
            directories.remove(files.id());
            if (!directories.equals(files.others())) {
                files.remember(directories);
            }
            rememberFailed = false;
        } catch (IOException | RuntimeException | Error e) {
            LOGGER.log(
                    rememberFailed ? Level.DEBUG : Level.WARNING,
                    "it cannot be written down which nodes there are; check the disk. Tries again",
                    e);
            rememberFailed = true;
        }
    }

    // Stopping

    /**
     * Writes down all sessions. Called when this node is alone, and answers nobody any more.
     *
     * @return whether it need not be called again: all is written, or nothing is to be
     */
    synchronized boolean save() {
        if (files == null || !begun) {
            return true;
        }
        if (notes == null) {
            write(files);
            return true;
        }
        if (!isAvailable()) {
            return givesUp();
        }
        notes.put(BEGINNING, self());
        if (isAlone(notes)) {
            write(files);
            if (isAlone(notes)) {
                return true;
            }
            delete(files);
        }
        notes.put(BEGINNING, BEGUN);
        return false;
    }

    /** Returns whether it has been tried for so long to write sessions that it is given up. */
    private boolean givesUp() {
        long now = System.nanoTime();
        if (unavailableSince == 0) {
            unavailableSince = now;
        }
        boolean givenUp = now - unavailableSince > UNAVAILABLE_AT_MOST.toNanos();
        if (givenUp) {
            LOGGER.log(Level.WARNING, "no sessions are written down: others may have them, or some are missing");
        }
        return givenUp;
    }

    private boolean isAvailable() {
        return sessions.getAvailability() == AvailabilityMode.AVAILABLE
                && principals.getAvailability() == AvailabilityMode.AVAILABLE;
    }

    private boolean isAlone(AdvancedCache<String, String> all) {
        return manager.getMembers().size() == 1
                && List.of(all, sessions, principals).stream()
                        .allMatch(cache -> cache.getDistributionManager()
                                        .getCacheTopology()
                                        .getMembers()
                                        .size()
                                == 1);
    }

    private void write(SessionFiles target) {
        Snapshot snapshot = new Snapshot(content(sessions), content(principals));
        try {
            target.save(snapshot);
            LOGGER.log(Level.INFO, "wrote down {0} sessions for the next run", snapshot.alive(clock.millis()));
        } catch (IOException e) {
            LOGGER.log(Level.ERROR, "the sessions cannot be written down, and are lost", e);
        }
    }

    private static <K, V> Map<K, V> content(AdvancedCache<K, V> cache) {
        Map<K, V> content = new HashMap<>();
        for (InternalCacheEntry<K, V> entry : cache.getDataContainer()) {
            content.put(entry.getKey(), entry.getValue());
        }
        return content;
    }

    /** Looks for others no more. */
    void stopWatching() {
        watch.interrupt();
        try {
            watch.join(STOPS_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets go of the directory. */
    @Override
    public void close() {
        if (files != null) {
            files.close();
        }
    }
}
