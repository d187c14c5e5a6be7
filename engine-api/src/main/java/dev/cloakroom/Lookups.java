package dev.cloakroom;

import dev.cloakroom.cookie.Rejection;
import dev.cloakroom.internal.id.Workspace;
import dev.cloakroom.internal.text.CookiePairs;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStoreException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks up the session of a {@code Cookie} header. Every request pays for this.
 *
 * <p>The order of the steps makes hostile input cheap. A candidate is a pair with the cookie's name. At most four are
 * checked. The signature is checked if the value has the right length and alphabet. The store is read if the signature
 * is valid. The rest of the record is decoded if the session is alive and the record contains the id's hash. The steps
 * allocate nothing before the {@link Session}.
 *
 * <p>Thread-safe.
 */
/*
 * The blocking form is a loop and the asynchronous one a flow, because the loop is the hot path and a flow allocates.
 * Both consist of the same steps: find the next candidate, check it, judge the record, keep the better result, and see
 * to what is left.
 */
final class Lookups {

    private final SessionOperations operations;
    private final EngineContext context;
    private final Changes changes;
    private final Touches touches;

    Lookups(SessionOperations operations, EngineContext context, Changes changes, Touches touches) {
        this.operations = operations;
        this.context = context;
        this.changes = changes;
        this.touches = touches;
    }

    /** Looks up the session of a header on the caller's thread. */
    Lookup lookup(@Nullable String header, WorkingSession.Origin origin) {
        Lookup best = LookupResults.ABSENT;
        if (header == null) {
            return best;
        }
        long now = context.now();
        String name = context.cookies().name();
        int from = 0;
        for (int candidate = 0; candidate < CookiePairs.MAXIMUM && !isFinal(best); candidate++) {
            long pair = CookiePairs.find(header, name, from);
            if (pair < 0) {
                break;
            }
            from = CookiePairs.end(pair);
            best = better(best, candidate(header, CookiePairs.start(pair), from, origin, now, best));
        }
        if (!isNothingLeft(best, now) && !touched(best, now)) {
            context.await(seeTo(best, now));
        }
        return best;
    }

    /** Stores an access if a touch does that, which is the common case: it needs no flow. */
    private boolean touched(Lookup result, long now) {
        if (!(result instanceof Lookup.Found found)) {
            return false;
        }
        Session session = found.session();
        SessionRecord record = session.record();
        if (record == null || needsReplace(session, record, now)) {
            return false;
        }
        if (touches.begin(record, now)) {
            return true;
        }
        context.meter().touches.increment();
        try {
            context.store().touch(record.key(), now);
        } catch (SessionStoreException e) {
            context.meter().failedTouches.increment();
        }
        return true;
    }

    /*
     * The cookie's parts are local variables here. As one object they would be allocated unless the compiler inlines
     * all of this method's callees. In three of ten JVMs on a busy machine it did not.
     */
    private Lookup candidate(String header, int from, int to, WorkingSession.Origin origin, long now, Lookup before) {
        Workspace workspace = context.cookies().borrow();
        long keyHigh;
        long keyLow;
        long hashHigh;
        long hashLow;
        boolean signedByActiveKey;
        try {
            Rejection rejection = context.cookies().verify(workspace, header, from, to, now);
            if (rejection != null) {
                return LookupResults.rejected(rejection);
            }
            keyHigh = workspace.keyHigh();
            keyLow = workspace.keyLow();
            hashHigh = workspace.hashHigh();
            hashLow = workspace.hashLow();
            signedByActiveKey = workspace.isSignedByActiveKey();
        } finally {
            context.cookies().giveBack(workspace);
        }
        countRead(before);
        SessionRecord record = context.store().load(new SessionKey(keyHigh, keyLow));
        Lookup result = judge(record, hashHigh, hashLow, origin, now);
        if (result instanceof Lookup.Found found) {
            found.session().presentedBy(header, from, hashHigh, hashLow, signedByActiveKey);
        } else if (record != null && LookupResults.isReuse(result)) {
            context.await(reused(record));
        }
        return result;
    }

    /** Looks up the session of a header without blocking. */
    Flow<Lookup> lookupFlow(@Nullable String header, WorkingSession.Origin origin) {
        if (header == null) {
            return Flow.done(LookupResults.ABSENT);
        }
        long now = context.now();
        return scan(header, 0, 0, LookupResults.ABSENT, origin, now).then(best -> seeTo(best, now));
    }

    private Flow<Lookup> scan(
            String header, int candidate, int from, Lookup best, WorkingSession.Origin origin, long now) {
        long pair = candidate == CookiePairs.MAXIMUM || isFinal(best)
                ? -1
                : CookiePairs.find(header, context.cookies().name(), from);
        if (pair < 0) {
            return Flow.done(best);
        }
        int to = CookiePairs.end(pair);
        Workspace workspace = context.cookies().borrow();
        Rejection rejection;
        PresentedCookie cookie;
        try {
            rejection = context.cookies().verify(workspace, header, CookiePairs.start(pair), to, now);
            cookie = presented(workspace, header, CookiePairs.start(pair));
        } finally {
            context.cookies().giveBack(workspace);
        }
        if (rejection != null) {
            Lookup next = better(best, LookupResults.rejected(rejection));
            return scan(header, candidate + 1, to, next, origin, now);
        }
        countRead(best);
        return Flow.load(cookie.key()).then(record -> {
            Lookup result = judge(cookie, record, origin, now);
            Flow<?> first = LookupResults.isReuse(result) && record != null ? reused(record) : Flow.done();
            return first.then(done -> scan(header, candidate + 1, to, better(best, result), origin, now));
        });
    }

    /** Reports an id whose grace is over, and ends the session if the settings say so. */
    private Flow<?> reused(SessionRecord record) {
        context.events().idReused(record);
        return context.settings().endsOnIdReuse() ? context.end(record, SessionEvent.Cause.ID_REUSED) : Flow.done();
    }

    /** Returns the live sessions whose cookies a header presents, except one. */
    Flow<List<Session>> others(String header, SessionKey but) {
        return others(header, but, 0, 0, new ArrayList<>(), context.now());
    }

    private Flow<List<Session>> others(
            String header, SessionKey but, int candidate, int from, List<Session> found, long now) {
        long pair = candidate == CookiePairs.MAXIMUM
                ? -1
                : CookiePairs.find(header, context.cookies().name(), from);
        if (pair < 0) {
            return Flow.done(found);
        }
        int to = CookiePairs.end(pair);
        return one(header, CookiePairs.start(pair), to, but, now).then(session -> {
            if (session != null) {
                found.add(session);
            }
            return others(header, but, candidate + 1, to, found, now);
        });
    }

    private Flow<@Nullable Session> one(String header, int from, int to, SessionKey but, long now) {
        Workspace workspace = context.cookies().borrow();
        PresentedCookie cookie;
        try {
            if (context.cookies().verify(workspace, header, from, to, now) != null) {
                return Flow.done(null);
            }
            cookie = presented(workspace, header, from);
        } finally {
            context.cookies().giveBack(workspace);
        }
        if (cookie.key().equals(but)) {
            return Flow.done(null);
        }
        return context.reload(cookie.key())
                .then(record -> Flow.done(
                        judge(cookie, record, WorkingSession.Origin.COOKIE, now) instanceof Lookup.Found found
                                ? found.session()
                                : null));
    }

    /** Returns the session of a handle, or null if it has ended. Does not count as an access. */
    Flow<@Nullable Session> find(SessionKey key) {
        long now = context.now();
        return context.reload(key).then(record -> {
            if (record == null
                    || !RecordHead.isReadable(record.data())
                    || context.lifetimes().over(record, now) != null) {
                return Flow.done(null);
            }
            AttributeTable opened = context.codec().attributes(record, now);
            return Flow.done(
                    opened == null ? null : new Session(operations, WorkingSession.Origin.HANDLE, record, opened, now));
        });
    }

    private static PresentedCookie presented(Workspace workspace, String header, int from) {
        return new PresentedCookie(
                header,
                from,
                workspace.keyHigh(),
                workspace.keyLow(),
                workspace.hashHigh(),
                workspace.hashLow(),
                workspace.isSignedByActiveKey());
    }

    /** One read follows from the lookup's outcome; those of candidates before the last are counted apart. */
    private void countRead(Lookup before) {
        if (before instanceof Lookup.Ended || before instanceof Lookup.Found) {
            context.meter().furtherReads.increment();
        }
    }

    /** Returns the session of a cookie with its record, or the reason why there is none. */
    private Lookup judge(
            PresentedCookie cookie, @Nullable SessionRecord record, WorkingSession.Origin origin, long now) {
        Lookup result = judge(record, cookie.hashHigh(), cookie.hashLow(), origin, now);
        if (result instanceof Lookup.Found found) {
            found.session()
                    .presentedBy(
                            cookie.header(),
                            cookie.from(),
                            cookie.hashHigh(),
                            cookie.hashLow(),
                            cookie.signedByActiveKey());
        }
        return result;
    }

    /** Returns the session of an id with its record, or the reason why there is none. */
    private Lookup judge(
            @Nullable SessionRecord record, long hashHigh, long hashLow, WorkingSession.Origin origin, long now) {
        if (record == null) {
            return LookupResults.ended(EndReason.GONE);
        }
        byte[] data = record.data();
        if (!RecordHead.isReadable(data)) {
            return LookupResults.ended(EndReason.UNREADABLE);
        }
        EndReason reason = context.lifetimes().over(record, now);
        if (reason != null) {
            return LookupResults.ended(reason);
        }
        RecordHead.Match match = RecordHead.match(data, hashHigh, hashLow);
        if (match != RecordHead.Match.CURRENT && !isInGrace(match, data, now)) {
            return superseded(match, data, now);
        }
        AttributeTable opened = null;
        if (!context.codec().isPlain(record)) {
            opened = context.codec().attributes(record, now);
            if (opened == null) {
                return LookupResults.ended(EndReason.UNREADABLE);
            }
        }
        return new Lookup.Found(new Session(operations, origin, record, opened, now));
    }

    private boolean isInGrace(RecordHead.Match match, byte[] data, long now) {
        return match == RecordHead.Match.PREVIOUS
                && !context.lifetimes().isGraceOver(RecordHead.successorPresentedAt(data), now);
    }

    private Lookup superseded(RecordHead.Match match, byte[] data, long now) {
        boolean late = context.lifetimes().isLateRequest(RecordHead.ids(data), now);
        if (match == RecordHead.Match.PREVIOUS) {
            return late ? LookupResults.REUSED_LATE : LookupResults.REUSED;
        }
        return late ? LookupResults.LATE : LookupResults.ended(EndReason.SUPERSEDED);
    }

    /** Returns whether no other candidate can have a better result. */
    private static boolean isFinal(Lookup result) {
        return result instanceof Lookup.Found found && found.session().hasPrincipal();
    }

    private static Lookup better(Lookup one, Lookup next) {
        if (one instanceof Lookup.Found) {
            return isFinal(next) ? next : one;
        }
        return next;
    }

    // After a lookup

    private boolean isNothingLeft(Lookup result, long now) {
        if (result instanceof Lookup.Found found) {
            Session session = found.session();
            SessionRecord record = session.record();
            return record == null || !(isFirstPresentation(session, record) || isAccessDue(session, record, now));
        }
        return true;
    }

    private static boolean isFirstPresentation(WorkingSession session, SessionRecord record) {
        return RecordHead.awaitsPresentation(record.data()) && session.presentsNewestId();
    }

    private boolean isAccessDue(WorkingSession session, SessionRecord record, long now) {
        return session.countsAsAccess() && context.lifetimes().isTouchDue(record, now);
    }

    /**
     * Stores that a session was accessed and its id presented. If the store cannot take that, the request goes on
     * without: a later one stores it.
     */
    private Flow<Lookup> seeTo(Lookup result, long now) {
        if (isNothingLeft(result, now) || !(result instanceof Lookup.Found found)) {
            return Flow.done(result);
        }
        Session session = found.session();
        SessionRecord record = session.record();
        if (record == null) {
            return Flow.done(result);
        }
        return Flow.<Boolean>guard(() -> access(session, record, now), failure -> {
                    if (!(failure instanceof SessionStoreException)) {
                        return Flow.fail(failure);
                    }
                    context.meter().failedTouches.increment();
                    return Flow.done(false);
                })
                .then(stored -> Flow.done(result));
    }

    private boolean needsReplace(WorkingSession session, SessionRecord record, long now) {
        return isFirstPresentation(session, record) || context.lifetimes().needsWholeRecord(record, now);
    }

    private Flow<Boolean> access(Session session, SessionRecord record, long now) {
        if (needsReplace(session, record, now)) {
            boolean presented = isFirstPresentation(session, record);
            return changes.applyOnce(session, present -> {
                SessionState next = changes.next(session, present, now);
                return presented ? next.with(next.ids().presented(now)) : next;
            });
        }
        if (touches.begin(record, now)) {
            return Flow.done(true);
        }
        context.meter().touches.increment();
        return Flow.touch(session.key(), now);
    }
}
