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

/** How sessions outlive a restart of the whole cluster, and how a cluster begins. */
/*
 * What must not happen is that a session that ended is back because a file still has it. Files that are written along
 * with each change are stale as soon as their node is not there, and nobody can tell by looking at them. So there are
 * none while a cluster lives. Nodes that leave in order leave one after the other, each when all its sessions are on
 * others (Departures), so the last has them all. It alone writes a file, when nobody is left who could end a session.
 * Reads and writes cost nothing more than without; a cluster that is killed as a whole leaves no sessions.
 *
 * A file counts until a cluster has begun, and a cluster begins once. Whether it has is a note that all nodes have:
 *
 *     none                  nobody has answered anything yet
 *     a node's name         this node is bringing the sessions back, or is the last and is writing them down
 *     "begun"               nodes answer; files that come now are not read any more, but deleted
 *
 * Until it has begun all nodes are unavailable, so nobody is told that a session is absent that is in a file, and
 * nobody ends all of a user's sessions but those in a file. Who has a file brings its sessions back: it takes the note,
 * puts all entries into the grid, deletes the file so that not even a loss of power restores it, and only then says
 * "begun". Who is killed before that still has the file, and nobody has seen any of its sessions; who is killed after it
 * has none. What one that was killed has brought back in part is cleared away by the next who takes the note.
 *
 * The last node takes the note back before it collects the entries, and looks whether it is still alone after that, and
 * once more when they are written. A node that joined before is seen; then there is no file, and this node leaves as any
 * other does. A node that joins later finds that the cluster has not begun, and does not answer before the last is back,
 * or without what it got from the last. A node that is cut off is no last node: it is unavailable (OnSplit.DENY; with
 * SERVE two last nodes would write two truths, so that is refused), and whoever is unavailable writes nothing.
 *
 * Nodes that find no sessions in their own directories wait for who may have them. Each writes down, while the cluster
 * lives, whom it sees; so when all whom any of those present saw last are there, and none has a file, nobody has, as
 * after a kill of all; then the cluster begins, empty. When some are not, it begins without them after a time, or when
 * an operator says so; what they have in a file then is too late. New directories wait for nobody.
 *
 * What is left: a cluster that began without the last node of the one before, and stopped, and then that node starts
 * before all others. Nobody is there who could tell it, and the sessions in its file are back. None of them had ended;
 * but whoever ended all sessions of a user in between did not reach them.
 *
 * Without a cluster the node is always the last, and the first.
 */
final class Restart implements AutoCloseable {

    /** The note of a cluster that has begun to serve. */
    static final String BEGUN = "begun";

    private static final Logger LOGGER = System.getLogger(InfinispanSessionStore.class.getName());
    private static final String BEGINNING = "beginning";
    private static final String DIRECTORY = "directory ";

    /** The directory of a node that has just joined, and not said yet what its own is called. */
    private static final String UNKNOWN = new UUID(0, 0).toString();

    private static final Duration STOPS_WITHIN = Duration.ofSeconds(5);
    private static final int TOGETHER = 256;

    /** Longer than nodes take to find out that all who are missing left in order, see {@link Departures}. */
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
    Restart(
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
        this.watch = new Thread(this::watch, "cloakroom-infinispan-restart");
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

    /** Says that this node's directory is here, and has no sessions; so whoever has some does not say so yet. */
    private void announce(AdvancedCache<String, String> all, SessionFiles own) {
        String presence = new Presence(self(), own.others()).toString();
        if (!presence.equals(all.get(DIRECTORY + own.id()))) {
            all.put(DIRECTORY + own.id(), presence);
        }
    }

    /** Begins without waiting for anyone any longer. */
    void goOn() {
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
        return Departures.id(manager.getAddress());
    }

    private Set<String> present() {
        return Departures.ids(manager.getMembers());
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

    private static <K, V extends Stamped<V>> void putAll(
            AdvancedCache<K, V> cache, Map<K, V> entries, Predicate<V> wanted) {
        Queue<CompletableFuture<?>> underWay = new ArrayDeque<>();
        entries.forEach((key, entry) -> {
            if (wanted.test(entry)) {
                underWay.add(cache.putIfAbsentAsync(key, entry, entry.lifespan(), TimeUnit.MILLISECONDS));
                if (underWay.size() == TOGETHER) {
                    underWay.remove().join();
                }
            }
        });
        underWay.forEach(CompletableFuture::join);
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
