package dev.cloakroom.infinispan;

import dev.cloakroom.infinispan.PrincipalEntry.Place;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which sessions a principal has. Nothing here blocks. */
/*
 * A session and its place in the index lie on different nodes, and are never changed as one. A session is listed before
 * it is bound and taken off after it has been unbound, so the index always lists every bound session and perhaps some
 * more. Each binding has a number of its own, which is in the place and in the session: a place counts while the session
 * says the same number. So a writer that failed removes its own place and no other. A writer that died leaves a place
 * without effect. A later reader removes that place, when it is too old for its session to be bound still.
 *
 * The order must be the same for all readers, also while sessions are being bound, because the limit on the sessions of a
 * principal depends on it. The order of listing is not enough: the session that was listed first may be bound last, and
 * would appear before sessions that others have counted already. So the readers settle the order. A reader appends the
 * sessions that it finds bound to the settled ones, by compare-and-set, and reads again if that fails. A settled session
 * keeps its place.
 *
 * While a write is in progress, one owner may have it and another may not. So of two readers, one may find a session bound
 * and settle it, and the other may not find it. A reader that does not find a settled session, which has not ended, reads
 * again until the write must be done or its writer must be dead.
 */
final class PrincipalIndex {

    private static final long TOO_OLD = Duration.ofMinutes(10).toMillis();

    /** After which time a session that was listed is not about to be bound any more. */
    private static final long UNDER_WAY = Duration.ofMinutes(1).toMillis();

    private static final int LOOKS = 100;
    private static final Executor AFTER_A_MOMENT = CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS);

    private final ExactCache<PrincipalKey, PrincipalEntry> entries;
    private final ExactCache<SessionKey, SessionEntry> sessions;
    private final InstantSource clock;

    PrincipalIndex(
            ExactCache<PrincipalKey, PrincipalEntry> entries,
            ExactCache<SessionKey, SessionEntry> sessions,
            InstantSource clock) {
        this.entries = entries;
        this.sessions = sessions;
        this.clock = clock;
    }

    /** Lists a session before it is bound. */
    CompletionStage<Void> add(PrincipalKey principal, SessionRecord record, long binding) {
        Place place = new Place(record.key(), binding, false, clock.millis(), lifespan(record));
        return entries.changeOrInsert(
                principal,
                tokens -> new PrincipalEntry(tokens, List.of(place)),
                (entry, token) -> entry.with(token, place));
    }

    /** Keeps a session listed for as long as it can live now, before it is given that long. */
    CompletionStage<Void> extend(PrincipalKey principal, SessionRecord record, long binding) {
        long lifespan = lifespan(record);
        return entries.change(principal, (entry, token) -> entry.extended(token, binding, lifespan))
                .thenAccept(change -> {});
    }

    private static long lifespan(SessionRecord record) {
        return Lifespans.of(record.absoluteDeadline() - record.lastAccess());
    }

    /** Takes a session off after it has been unbound, or was not bound. */
    CompletionStage<Void> remove(PrincipalKey principal, long binding) {
        return remove(principal, Set.of(binding));
    }

    private CompletionStage<Void> remove(PrincipalKey principal, Set<Long> bindings) {
        return entries.change(
                        principal,
                        (entry, token) -> entry.places().stream().noneMatch(place -> bindings.contains(place.binding()))
                                ? null
                                : entry.without(token, place -> bindings.contains(place.binding())))
                .thenAccept(change -> {});
    }

    /** Returns the sessions that are bound to a principal, in the order that is settled. */
    CompletionStage<List<SessionRecord>> find(PrincipalKey principal) {
        return find(principal, LOOKS);
    }

    private CompletionStage<List<SessionRecord>> find(PrincipalKey principal, int looks) {
        return entries.get(principal)
                .thenCompose(entry ->
                        entry == null ? CompletableFuture.completedStage(List.of()) : find(principal, entry, looks));
    }

    private CompletionStage<List<SessionRecord>> find(PrincipalKey principal, PrincipalEntry entry, int looks) {
        return look(principal, entry.places()).thenCompose(seen -> {
            if (seen.pending() && looks > 0) {
                return CompletableFuture.runAsync(() -> {}, AFTER_A_MOMENT)
                        .thenCompose(later -> find(principal, looks - 1));
            }
            Map<Place, SessionRecord> bound = seen.bound();
            prune(principal, entry.places(), bound);
            boolean settled = entry.places().stream().allMatch(place -> place.settled() || !bound.containsKey(place));
            return settled
                    ? CompletableFuture.completedStage(List.copyOf(bound.values()))
                    : settle(principal, entry, bound);
        });
    }

    /**
     * What is found at places.
     *
     * @param bound those that count, in their order, and the sessions there
     * @param pending whether a place is settled and its session neither bound as that says nor ended
     */
    private record Seen(Map<Place, SessionRecord> bound, boolean pending) {}

    private CompletionStage<Seen> look(PrincipalKey principal, List<Place> places) {
        List<CompletableFuture<@Nullable SessionEntry>> found = new ArrayList<>(places.size());
        for (Place place : places) {
            found.add(sessions.get(place.session()).toCompletableFuture());
        }
        return CompletableFuture.allOf(found.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> {
                    Map<Place, SessionRecord> bound = new LinkedHashMap<>();
                    boolean pending = false;
                    for (int i = 0; i < places.size(); i++) {
                        Place place = places.get(i);
                        SessionEntry entry = found.get(i).join();
                        SessionRecord record = entry == null ? null : entry.record();
                        if (entry != null
                                && record != null
                                && entry.binding() == place.binding()
                                && principal.equals(record.principal())) {
                            bound.put(place, record);
                        } else {
                            pending |= (entry == null || record != null) && mayBePending(place);
                        }
                    }
                    return new Seen(bound, pending);
                });
    }

    private boolean mayBePending(Place place) {
        return place.settled() && place.since() > clock.millis() - UNDER_WAY;
    }

    private CompletionStage<List<SessionRecord>> settle(
            PrincipalKey principal, PrincipalEntry seen, Map<Place, SessionRecord> bound) {
        return entries.change(
                        principal,
                        (entry, token) -> entry.equals(seen) ? entry.settled(token, bound::containsKey) : null)
                .thenCompose(change -> change.isPresent()
                        ? CompletableFuture.completedStage(List.copyOf(bound.values()))
                        : find(principal));
    }

    private void prune(PrincipalKey principal, List<Place> places, Map<Place, SessionRecord> bound) {
        long latest = clock.millis() - TOO_OLD;
        Set<Long> idle = places.stream()
                .filter(place -> !bound.containsKey(place) && place.since() < latest)
                .map(Place::binding)
                .collect(Collectors.toSet());
        if (!idle.isEmpty()) {
            // No caller waits for it; the next lookup tries again.
            CompletionStage<Void> unused = remove(principal, idle);
        }
    }
}
