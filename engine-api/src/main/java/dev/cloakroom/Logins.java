package dev.cloakroom;

import dev.cloakroom.internal.id.SessionCookies;
import dev.cloakroom.internal.text.Utf8;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Logs principals in and out, and lists their sessions.
 *
 * <p><b>The limit of sessions per principal</b> holds under concurrent logins without a lock, because the store's index
 * returns sessions in the order of their bindings. Each login binds first and counts afterwards. A login that is beyond
 * the limit withdraws, or it ends the surplus sessions. Of overlapping logins, the one that counts last sees all
 * others.
 *
 * <p>Thread-safe.
 */
final class Logins {

    private static final int LONGEST_PRINCIPAL = 1024;

    private final EngineContext context;
    private final Changes changes;
    private final Lookups lookups;
    private final CookieDelivery delivery;

    Logins(EngineContext context, Changes changes, Lookups lookups, CookieDelivery delivery) {
        this.context = context;
        this.changes = changes;
        this.lookups = lookups;
        this.delivery = delivery;
    }

    Flow<@Nullable Void> login(WorkingSession session, String principal, Persistence persistence) {
        Objects.requireNonNull(persistence, "persistence");
        checkPrincipal(principal);
        session.requireAlive();
        requireBrowser(session);
        String before = session.principalName();
        boolean refuses = context.settings().sessionLimit() == SessionLimit.REFUSE;
        return (refuses && !principal.equals(before) ? refuseBeyondLimit(principal) : Flow.done())
                .then(done -> before != null && !before.equals(principal) ? leave(session) : Flow.done())
                .then(done -> bind(session, principal, persistence))
                .then(state -> (refuses ? withdrawIfBeyondLimit(session, principal) : Flow.done()).then(done -> {
                    context.events().loggedIn(state, principal);
                    return refuses ? Flow.done() : endBeyondLimit(session, principal);
                }));
    }

    private static void checkPrincipal(String principal) {
        int length = Utf8.encode("a principal", principal).length;
        if (length == 0 || length > LONGEST_PRINCIPAL) {
            throw new IllegalArgumentException(
                    "a principal must have 1 to " + LONGEST_PRINCIPAL + " bytes of UTF-8: " + length);
        }
    }

    private static void requireBrowser(WorkingSession session) {
        if (session.isFromHandle()) {
            throw new IllegalStateException(
                    "a session found by its handle cannot get another id, because no browser would receive it: do this in a"
                            + " request that presents the session's cookie");
        }
    }

    /** Ends the session of the principal before. */
    private Flow<@Nullable Void> leave(WorkingSession session) {
        SessionRecord record = session.record();
        Flow<?> ended = record == null ? Flow.done() : context.end(record, SessionEvent.Cause.PRINCIPAL_CHANGED);
        return ended.then(done -> {
            session.startOver();
            return Flow.done();
        });
    }

    private Flow<SessionState> bind(WorkingSession session, String principal, Persistence persistence) {
        if (session.isUnstored()) {
            return changes.create(session, principal, persistence);
        }
        long now = context.now();
        SessionCookies.Issued issued = session.nextId(now);
        return changes.apply(session, present -> {
                    SessionState next = session.changed(changes.next(session, present, now));
                    return changes.bound(
                            next.with(next.ids().replaced(issued.hash(), now)), principal, persistence, now);
                })
                .then(state -> {
                    if (state == null) {
                        // Another request ended the session, or logged in on it: this login creates a new session.
                        session.startOver();
                        return changes.create(session, principal, persistence);
                    }
                    delivery.deliver(session, state, issued, now);
                    return Flow.done(state);
                });
    }

    private Flow<@Nullable Void> refuseBeyondLimit(String principal) {
        int limit = context.settings().maxSessionsPerPrincipal();
        return liveSessions(principal).then(live -> {
            if (live.size() >= limit) {
                throw new SessionLimitException(limit, live.size());
            }
            return Flow.done();
        });
    }

    private Flow<@Nullable Void> withdrawIfBeyondLimit(WorkingSession session, String principal) {
        int limit = context.settings().maxSessionsPerPrincipal();
        return liveSessions(principal).then(live -> {
            List<SessionKey> keys = List.copyOf(live.keySet());
            SessionRecord own = live.get(session.key());
            if (own == null || keys.indexOf(session.key()) < limit) {
                return Flow.done();
            }
            return context.end(own, SessionEvent.Cause.DISPLACED).then(done -> {
                session.over(context.cookies().cleared());
                throw new SessionLimitException(limit, live.size() - 1);
            });
        });
    }

    private Flow<@Nullable Void> endBeyondLimit(WorkingSession session, String principal) {
        int limit = context.settings().maxSessionsPerPrincipal();
        boolean leastRecentlyUsed = context.settings().sessionLimit() == SessionLimit.END_LEAST_RECENTLY_USED;
        return liveSessions(principal).then(live -> {
            List<SessionRecord> candidates = new ArrayList<>(live.values());
            int tooMany = candidates.size() - limit;
            if (leastRecentlyUsed) {
                // Only the sessions that were bound before this one: of two concurrent logins, the later one makes
                // room.
                // Otherwise each would end the other.
                List<SessionKey> keys = List.copyOf(live.keySet());
                int own = keys.indexOf(session.key());
                candidates = candidates.subList(0, Math.max(0, own));
                tooMany = candidates.size() - (limit - 1);
                // The sort is stable: among sessions with equal last access, the one that was bound first ends.
                candidates.sort(Comparator.comparingLong(SessionRecord::lastAccess));
            }
            List<SessionRecord> ending = candidates.subList(0, Math.max(0, tooMany));
            boolean itself = isAmong(ending, session.key());
            return endAll(ending.iterator(), SessionEvent.Cause.DISPLACED, 0).then(done -> {
                if (itself) {
                    session.over(context.cookies().cleared());
                }
                return Flow.done();
            });
        });
    }

    private static boolean isAmong(List<SessionRecord> records, SessionKey key) {
        return records.stream().anyMatch(record -> record.key().equals(key));
    }

    private Flow<Integer> endAll(Iterator<SessionRecord> records, SessionEvent.Cause cause, int ended) {
        return records.hasNext()
                ? context.end(records.next(), cause).then(one -> endAll(records, cause, one ? ended + 1 : ended))
                : Flow.done(ended);
    }

    /** Gives a session another id without a login. */
    Flow<@Nullable Void> renewId(WorkingSession session) {
        session.requireAlive();
        requireBrowser(session);
        if (session.isUnstored()) {
            // It has no id yet, and gets a new one when it is stored.
            return Flow.done();
        }
        long now = context.now();
        SessionCookies.Issued issued = session.nextId(now);
        return changes.apply(session, present -> {
                    SessionState next = session.changed(changes.next(session, present, now));
                    return next.with(next.ids().replaced(issued.hash(), now));
                })
                .then(state -> {
                    if (state == null) {
                        throw new SessionEndedException();
                    }
                    delivery.deliver(session, state, issued, now);
                    context.events().renewed(state);
                    return Flow.done();
                });
    }

    /** Ends every session that the request presented. */
    Flow<@Nullable Void> logout(WorkingSession session) {
        if (session.isOver()) {
            return Flow.done();
        }
        String header = session.header();
        return endPresented(session)
                .then(own -> (header == null ? Flow.<Boolean>done(false) : endOthers(session, header)).then(others -> {
                    if (own || others) {
                        session.over(context.cookies().cleared());
                    } else {
                        session.over();
                    }
                    return Flow.done();
                }));
    }

    /**
     * Ends the session itself. The result is whether the browser should delete its cookie: false if another login was
     * first, because the browser then has the cookie of that login.
     */
    private Flow<Boolean> endPresented(WorkingSession session) {
        SessionRecord opened = session.record();
        if (opened == null) {
            return Flow.done(!session.isLateRequest());
        }
        return context.reload(session.key()).then(newest -> {
            if (newest == null) {
                return Flow.done(true);
            }
            boolean protectedByLogin = !session.isSameGeneration(newest)
                    && !isSamePrincipal(opened.principal(), newest.principal(), session);
            return protectedByLogin
                    ? Flow.done(false)
                    : context.end(newest, SessionEvent.Cause.LOGOUT).then(ended -> Flow.done(true));
        });
    }

    /** Returns whether two index keys belong to one principal. They differ after a rotation of keys. */
    private boolean isSamePrincipal(
            @Nullable PrincipalKey opened, @Nullable PrincipalKey newest, WorkingSession session) {
        if (newest == null || newest.equals(opened)) {
            return Objects.equals(newest, opened);
        }
        String principal = session.principalName();
        return principal != null
                && context.principals().all(principal, context.now()).contains(newest);
    }

    private Flow<Boolean> endOthers(WorkingSession session, String header) {
        return lookups.others(header, session.key()).then(others -> endOthers(others.iterator(), false));
    }

    private Flow<Boolean> endOthers(Iterator<Session> others, boolean ended) {
        if (!others.hasNext()) {
            return Flow.done(ended);
        }
        SessionRecord record = others.next().record();
        return record == null
                ? endOthers(others, ended)
                : context.end(record, SessionEvent.Cause.LOGOUT).then(one -> endOthers(others, true));
    }

    Flow<Integer> logoutEverywhere(String principal) {
        checkPrincipal(principal);
        return allSessions(principal)
                .then(records -> endAll(records.iterator(), SessionEvent.Cause.LOGGED_OUT_EVERYWHERE, 0));
    }

    Flow<List<SessionInfo>> sessionsOf(String principal) {
        checkPrincipal(principal);
        return liveSessions(principal).then(live -> {
            List<SessionInfo> sessions = new ArrayList<>();
            for (SessionRecord record : live.values()) {
                AttributeTable attributes = context.codec().attributes(record, context.now());
                if (attributes != null) {
                    sessions.add(info(record, attributes));
                }
            }
            return Flow.done(List.copyOf(sessions));
        });
    }

    private static SessionInfo info(SessionRecord record, AttributeTable attributes) {
        Instant loggedInAt = attributes.get(Reserved.LOGGED_IN_AT);
        Map<String, String> metadata = attributes.get(Reserved.METADATA);
        Instant createdAt = Instant.ofEpochMilli(record.createdAt());
        return new SessionInfo(
                new SessionHandle(record.key()),
                createdAt,
                loggedInAt == null ? createdAt : loggedInAt,
                Instant.ofEpochMilli(record.lastAccess()),
                metadata == null ? Map.of() : metadata);
    }

    /** Returns a principal's live sessions, in the order in which they were bound. */
    private Flow<Map<SessionKey, SessionRecord>> liveSessions(String principal) {
        long now = context.now();
        return allSessions(principal).then(records -> {
            Map<SessionKey, SessionRecord> live = new LinkedHashMap<>();
            for (SessionRecord record : records) {
                if (RecordHead.isReadable(record.data()) && context.lifetimes().over(record, now) == null) {
                    live.put(record.key(), record);
                }
            }
            return Flow.done(live);
        });
    }

    /**
     * Returns a principal's sessions. Reads the index key of the active key last, so that a session that moves there
     * concurrently is not missed.
     */
    private Flow<List<SessionRecord>> allSessions(String principal) {
        return collect(context.principals().all(principal, context.now()).iterator(), new ArrayList<>());
    }

    private static Flow<List<SessionRecord>> collect(Iterator<PrincipalKey> places, List<SessionRecord> records) {
        return places.hasNext()
                ? Flow.byPrincipal(places.next()).then(found -> {
                    records.addAll(found);
                    return collect(places, records);
                })
                : Flow.done(records);
    }
}
