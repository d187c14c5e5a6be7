package dev.cloakroom;

import dev.cloakroom.Lookup.EndReason;
import dev.cloakroom.cookie.Rejection;
import dev.cloakroom.internal.id.Workspace;
import dev.cloakroom.internal.text.CookiePairs;
import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Turns a {@code Cookie} header into a session: what every request pays for.
 *
 * <p>The order is what makes hostile input cheap. A candidate is a pair of the cookie's name; there are four at most.
 * Its text must have the one possible length and no foreign character before its signature is checked; the store is
 * asked only when the signature is right; the record must be alive and hold the id's hash before anything in it is
 * looked at. Up to there nothing is allocated, and after that the {@link Session} alone.
 *
 * <p>Safe for use by any number of threads.
 */
final class Lookups {

    private final SessionEngine engine;
    private final EngineContext context;

    Lookups(SessionEngine engine, EngineContext context) {
        this.engine = engine;
        this.context = context;
    }

    Lookup lookup(@Nullable String header) {
        Lookup last = Lookup.Absent.INSTANCE;
        if (header == null) {
            return last;
        }
        long now = context.now();
        int from = 0;
        for (int candidate = 0; candidate < CookiePairs.MAXIMUM; candidate++) {
            long pair = CookiePairs.find(header, context.cookies().name(), from);
            if (pair < 0) {
                break;
            }
            from = CookiePairs.end(pair);
            last = candidate(header, CookiePairs.start(pair), from, now, last);
            if (last instanceof Lookup.Found) {
                break;
            }
        }
        return last;
    }

    private Lookup candidate(String header, int from, int to, long now, Lookup before) {
        Workspace workspace = context.cookies().borrow();
        SessionKey key;
        long hashHigh;
        long hashLow;
        boolean signedByActiveKey;
        try {
            Rejection rejection = context.cookies().verify(workspace, header, from, to, now);
            if (rejection != null) {
                return RejectedLookups.of(rejection);
            }
            key = new SessionKey(workspace.keyHigh(), workspace.keyLow());
            hashHigh = workspace.hashHigh();
            hashLow = workspace.hashLow();
            signedByActiveKey = workspace.isSignedByActiveKey();
        } finally {
            context.cookies().giveBack(workspace);
        }
        countRead(before);
        SessionRecord record = context.store().load(key);
        Lookup result = judge(header, from, hashHigh, hashLow, signedByActiveKey, record, now);
        if (result instanceof Lookup.Found found && record != null && isTouchDue(record, now)) {
            touch(found.session(), record, now);
        }
        return result;
    }

    CompletionStage<Lookup> lookupAsync(AsyncSessionStore store, @Nullable String header) {
        return header == null
                ? CompletableFuture.completedFuture(Lookup.Absent.INSTANCE)
                : lookupAsync(store, header, 0, 0, Lookup.Absent.INSTANCE, context.now());
    }

    private CompletionStage<Lookup> lookupAsync(
            AsyncSessionStore store, String header, int candidate, int from, Lookup last, long now) {
        long pair = candidate == CookiePairs.MAXIMUM
                ? -1
                : CookiePairs.find(header, context.cookies().name(), from);
        if (pair < 0) {
            return CompletableFuture.completedFuture(last);
        }
        int to = CookiePairs.end(pair);
        return candidateAsync(store, header, CookiePairs.start(pair), to, now, last)
                .thenCompose(result -> result instanceof Lookup.Found
                        ? CompletableFuture.completedFuture(result)
                        : lookupAsync(store, header, candidate + 1, to, result, now));
    }

    private CompletionStage<Lookup> candidateAsync(
            AsyncSessionStore store, String header, int from, int to, long now, Lookup before) {
        Workspace workspace = context.cookies().borrow();
        SessionKey key;
        long hashHigh;
        long hashLow;
        boolean signedByActiveKey;
        try {
            Rejection rejection = context.cookies().verify(workspace, header, from, to, now);
            if (rejection != null) {
                return CompletableFuture.completedFuture(RejectedLookups.of(rejection));
            }
            key = new SessionKey(workspace.keyHigh(), workspace.keyLow());
            hashHigh = workspace.hashHigh();
            hashLow = workspace.hashLow();
            signedByActiveKey = workspace.isSignedByActiveKey();
        } finally {
            context.cookies().giveBack(workspace);
        }
        countRead(before);
        return store.loadAsync(key).thenApply(record -> {
            Lookup result = judge(header, from, hashHigh, hashLow, signedByActiveKey, record, now);
            if (result instanceof Lookup.Found && record != null && isTouchDue(record, now)) {
                context.meter().touches.increment();
                store.touchAsync(key, now);
            }
            return result;
        });
    }

    /** One read follows from the lookup's outcome; those of candidates before the last are counted apart. */
    private void countRead(Lookup before) {
        if (before instanceof Lookup.Ended) {
            context.meter().furtherReads.increment();
        }
    }

    private Lookup judge(
            String header,
            int cookieFrom,
            long hashHigh,
            long hashLow,
            boolean signedByActiveKey,
            @Nullable SessionRecord record,
            long now) {
        if (record == null) {
            return EndReason.GONE.result;
        }
        if (record.isExpired(now)) {
            return now >= record.absoluteDeadline() ? EndReason.ABSOLUTE_TIMEOUT.result : EndReason.IDLE_TIMEOUT.result;
        }
        SessionCodec.Match match = SessionCodec.match(
                record.data(), hashHigh, hashLow, now, context.settings().renewalGrace());
        if (match == SessionCodec.Match.NONE) {
            return EndReason.SUPERSEDED.result;
        }
        AttributeTable opened = null;
        if (!context.codec().isPlain(record)) {
            opened = context.codec().attributes(record, now);
            if (opened == null) {
                return EndReason.UNREADABLE.result;
            }
        }
        return new Lookup.Found(
                new Session(engine, now, header, cookieFrom, hashHigh, hashLow, signedByActiveKey, record, opened));
    }

    private boolean isTouchDue(SessionRecord record, long now) {
        return now - record.lastAccess() >= context.settings().touchInterval();
    }

    private void touch(Session session, SessionRecord record, long now) {
        context.meter().touches.increment();
        if (context.store().touch(record.key(), now)) {
            session.touched();
        }
    }
}
