package dev.cloakroom;

import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.SessionRecord;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes sessions in the store, by compare-and-set alone.
 *
 * <p>A change is a pure function from the state that is there to the one that shall be. It is worked out from the
 * record that the request looked up, and written if that is still the newest. If another request got in ahead, the
 * record is loaded and the change worked out anew: that is how two requests that change different attributes both win,
 * and why an update never loses an increment. Two things are checked again with each record loaded. Is it there at all:
 * a session that was ended stays ended, for nothing here creates. And does the id that the request presented still open
 * it: a request that came with the id from before a login must not write into what is now somebody's session.
 *
 * <p>The loop is lock-free: a writer that has to try again lost to one that succeeded. Safe for use by any number of
 * threads, each with a session of its own.
 */
final class Writer {

    private static final int EAGER_ATTEMPTS = 4;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000;

    private final EngineContext context;

    Writer(EngineContext context) {
        this.context = context;
    }

    /** A change to a session's state. */
    interface Change {
        /** Returns the state that shall be (the next version), or null if the present one is fine. */
        @Nullable
        SessionState apply(SessionState present);
    }

    /**
     * Changes a session. Afterwards the session has the record that is in force, or knows that it is over.
     *
     * @return the state in force, or null if the session is over
     */
    @Nullable
    SessionState change(Session session, Change change) {
        return change(session, change, session::committed);
    }

    /** Like {@link #change}, but the request's own edits are no part of it and stay to be committed. */
    @Nullable
    SessionState changeAside(Session session, Change change) {
        return change(session, change, session::rebase);
    }

    private @Nullable SessionState change(
            Session session, Change change, BiConsumer<SessionRecord, AttributeTable> whenStored) {
        SessionRecord base = session.record();
        AttributeTable attributes = session.stored();
        for (int attempt = 0; base != null; attempt++) {
            SessionState present = context.codec().decode(base, attributes);
            SessionState next = change.apply(present);
            if (next == null) {
                session.rebase(base, attributes);
                return present;
            }
            SessionRecord record = context.codec().encode(next, context.now());
            if (context.replace(record)) {
                whenStored.accept(record, next.attributes());
                return next;
            }
            pause(attempt);
            base = stillOpen(session, context.reload(session.key()));
            AttributeTable reread = base == null ? null : context.codec().attributes(base, context.now());
            if (reread == null) {
                break;
            }
            attributes = reread;
        }
        session.over();
        return null;
    }

    /** Gives a session the newest record. Returns null if the session is over. */
    @Nullable
    SessionRecord refreshed(Session session) {
        SessionRecord newest = stillOpen(session, context.reload(session.key()));
        AttributeTable attributes = newest == null ? null : context.codec().attributes(newest, context.now());
        if (newest == null || attributes == null) {
            session.over();
            return null;
        }
        session.rebase(newest, attributes);
        return newest;
    }

    /** Changes a session without blocking. The stage's result is what {@link #change} returns. */
    CompletionStage<@Nullable SessionState> changeAsync(AsyncSessionStore store, Session session, Change change) {
        SessionRecord base = session.record();
        return base == null ? over(session) : attemptAsync(store, session, change, base, session.stored());
    }

    private CompletionStage<@Nullable SessionState> attemptAsync(
            AsyncSessionStore store, Session session, Change change, SessionRecord base, AttributeTable attributes) {
        SessionState present = context.codec().decode(base, attributes);
        SessionState next = change.apply(present);
        if (next == null) {
            session.rebase(base, attributes);
            return CompletableFuture.completedFuture(present);
        }
        SessionRecord record = context.codec().encode(next, context.now());
        context.meter().writes.increment();
        return store.replaceAsync(record).thenCompose(replaced -> {
            if (replaced) {
                session.committed(record, next.attributes());
                return CompletableFuture.completedFuture(next);
            }
            context.meter().conflicts.increment();
            context.meter().furtherReads.increment();
            return store.loadAsync(session.key()).thenCompose(loaded -> {
                SessionRecord newer = stillOpen(session, loaded);
                AttributeTable reread = newer == null ? null : context.codec().attributes(newer, context.now());
                return newer == null || reread == null
                        ? over(session)
                        : attemptAsync(store, session, change, newer, reread);
            });
        });
    }

    private static CompletionStage<@Nullable SessionState> over(Session session) {
        session.over();
        return CompletableFuture.completedFuture(null);
    }

    /** Returns a record if it is there, not expired, and opened by the id that the session's request presented. */
    private @Nullable SessionRecord stillOpen(Session session, @Nullable SessionRecord record) {
        long now = context.now();
        boolean open = record != null
                && !record.isExpired(now)
                && SessionCodec.match(
                                record.data(),
                                session.hashHigh(),
                                session.hashLow(),
                                now,
                                context.settings().renewalGrace())
                        != SessionCodec.Match.NONE;
        return open ? record : null;
    }

    /** Stores a session for the first time. */
    SessionState create(Session session, @Nullable String principal, Persistence persistence) {
        long now = context.now();
        SessionCookies.Issued issued = context.issue(session.key(), now);
        SessionState state = initialState(session, principal, persistence, issued, now);
        SessionRecord record = context.codec().encode(state, now);
        context.meter().writes.increment();
        if (!context.store().insert(record)) {
            throw new IllegalStateException("a store has a record under a key that was just drawn at random");
        }
        created(session, state, record, issued, now);
        return state;
    }

    /** Stores a session for the first time, without blocking. */
    CompletionStage<SessionState> createAsync(AsyncSessionStore store, Session session) {
        long now = context.now();
        SessionCookies.Issued issued = context.issue(session.key(), now);
        SessionState state = initialState(session, null, Persistence.BROWSER_SESSION, issued, now);
        SessionRecord record = context.codec().encode(state, now);
        context.meter().writes.increment();
        return store.insertAsync(record).thenApply(inserted -> {
            if (!inserted) {
                throw new IllegalStateException("a store has a record under a key that was just drawn at random");
            }
            created(session, state, record, issued, now);
            return state;
        });
    }

    private void created(
            Session session, SessionState state, SessionRecord record, SessionCookies.Issued issued, long now) {
        session.committed(record, state.attributes());
        Cookies.give(session, state, issued, now);
        context.events().created(state.key());
    }

    private SessionState initialState(
            Session session,
            @Nullable String principal,
            Persistence persistence,
            SessionCookies.Issued issued,
            long now) {
        EngineSettings.Timeouts timeouts = context.settings().timeouts(persistence);
        SessionState anonymous = new SessionState(
                session.key(),
                1,
                session.openedAt(),
                now,
                saturatedSum(timeouts.idle(), context.settings().touchInterval()),
                saturatedSum(session.openedAt(), timeouts.absolute()),
                null,
                IdState.first(issued.hash(), now),
                session.edited(AttributeTable.EMPTY));
        return principal == null ? anonymous : bound(anonymous, principal, persistence, now);
    }

    /** Returns a state with a principal bound to it. */
    SessionState bound(SessionState state, String principal, Persistence persistence, long now) {
        EngineSettings.Timeouts timeouts = context.settings().timeouts(persistence);
        boolean persistent = persistence == Persistence.PERSISTENT;
        AttributeTable attributes = state.attributes()
                .with(Reserved.PRINCIPAL, principal)
                .with(Reserved.LOGGED_IN_AT, Instant.ofEpochMilli(now))
                .with(Reserved.PERSISTENT, persistent ? Boolean.TRUE : null);
        return state.withAttributes(attributes)
                .withPrincipalKey(context.principals().current(principal, now))
                .withTimeouts(
                        saturatedSum(timeouts.idle(), context.settings().touchInterval()),
                        persistent ? saturatedSum(state.createdAt(), timeouts.absolute()) : state.absoluteDeadline());
    }

    private static long saturatedSum(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }

    /** Lets others finish, a little longer after each try and never as long as the one beside. */
    private static void pause(int attempt) {
        if (attempt < EAGER_ATTEMPTS) {
            Thread.onSpinWait();
        } else {
            long longest = Math.min(LONGEST_PAUSE_NANOS, 1_000L << Math.min(attempt, 20));
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(longest));
        }
    }
}
