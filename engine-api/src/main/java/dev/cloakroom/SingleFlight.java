package dev.cloakroom;

import dev.cloakroom.internal.id.SessionIds;
import dev.cloakroom.store.SessionKey;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Refreshes an attribute's value once for all concurrent requests of its session, on all nodes.
 *
 * <p>Within a process, the first request leads and the others wait for its result. Between processes, the leaders
 * coordinate through the session. A leader writes a lease (a random token and an end) to the session's attributes, by
 * the same compare-and-set as other changes. So each store works, and a lease can neither outlive nor revive its
 * session. A leader renews its lease while its refresher runs. When a process dies, its lease ends. A leader that finds
 * a lease polls every few milliseconds until the lease is removed or has ended. One write stores the result and removes
 * the lease.
 *
 * <p>A paused process may lose its lease. Its leader then stores its result only if the attribute still has the value
 * that the refresher started from, because another value is newer.
 *
 * <p>Thread-safe.
 */
final class SingleFlight {

    private static final int TOKEN_LENGTH = SessionIds.NONCE_LENGTH;
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** The number of renewals within the length of a lease. */
    private static final int RENEWALS_PER_LEASE = 3;

    private final EngineContext context;
    private final Changes changes;
    private final Lookups lookups;
    private final Background background;
    private final Map<Flight, CompletableFuture<byte[]>> flights = new ConcurrentHashMap<>();

    SingleFlight(EngineContext context, Changes changes, Lookups lookups, Background background) {
        this.context = context;
        this.changes = changes;
        this.lookups = lookups;
        this.background = background;
    }

    private record Flight(SessionKey session, String attribute) {}

    <T> Flow<T> refresh(
            WorkingSession session,
            Attribute<T> attribute,
            Predicate<? super T> isStale,
            Function<@Nullable T, Flow<T>> refresher) {
        session.requireAlive();
        T present = session.view(attribute);
        if (present != null && !isStale.test(present)) {
            return Flow.done(present);
        }
        if (session.isUnstored()) {
            return refresher.apply(present).then(value -> {
                session.edits().put(attribute, value);
                return Flow.done(value);
            });
        }
        // The request's own value is stale, so the stored value decides.
        session.dropEdit(attribute);
        Flight flight = new Flight(session.key(), attribute.name());
        CompletableFuture<byte[]> mine = new CompletableFuture<>();
        CompletableFuture<byte[]> leading = flights.putIfAbsent(flight, mine);
        return leading == null
                ? lead(new Leader<>(session, attribute, isStale, refresher), flight, mine)
                : follow(session, attribute, leading);
    }

    /** Waits for the result of another request in this process. */
    private <T> Flow<T> follow(WorkingSession session, Attribute<T> attribute, CompletableFuture<byte[]> leading) {
        return Flow.join(leading.copy(), "interrupted while another request refreshes the attribute")
                .then(result -> changes.refreshed(session).then(open -> {
                    if (!open) {
                        throw new SessionEndedException();
                    }
                    return Flow.done(Objects.requireNonNull(AttributeTable.decode(attribute, result)));
                }));
    }

    private <T> Flow<T> lead(Leader<T> leader, Flight flight, CompletableFuture<byte[]> result) {
        return Flow.guard(
                () -> leader.lead().then(value -> {
                    byte[] encoded = AttributeTable.encode(leader.attribute, value);
                    flights.remove(flight, result);
                    result.complete(encoded);
                    return Flow.done(value);
                }),
                failure -> {
                    flights.remove(flight, result);
                    result.completeExceptionally(failure);
                    return Flow.fail(failure);
                });
    }

    /** A lease in a session: its end, in milliseconds since the epoch, and the token of its holder. */
    private record Lease(long until, byte[] token) {

        private static final Lease NONE = new Lease(0, new byte[0]);

        static Lease of(byte @Nullable [] bytes) {
            return bytes == null || bytes.length != Long.BYTES + TOKEN_LENGTH
                    ? NONE
                    : new Lease(ByteBuffer.wrap(bytes).getLong(), Arrays.copyOfRange(bytes, Long.BYTES, bytes.length));
        }

        boolean isOf(byte[] other) {
            return Arrays.equals(token, other);
        }

        byte[] toBytes() {
            return ByteBuffer.allocate(Long.BYTES + TOKEN_LENGTH)
                    .putLong(until)
                    .put(token)
                    .array();
        }
    }

    /** The first request in this process: it acquires the lease, runs the refresher, and stores the value. */
    private final class Leader<T> {

        private final WorkingSession session;
        private final Attribute<T> attribute;
        private final Predicate<? super T> isStale;
        private final Function<@Nullable T, Flow<T>> refresher;
        private final Attribute<byte[]> leaseAttribute;
        private final byte[] token = context.ids().newNonce();
        private Lease watched = Lease.NONE;
        private long watchedSince;

        Leader(
                WorkingSession session,
                Attribute<T> attribute,
                Predicate<? super T> isStale,
                Function<@Nullable T, Flow<T>> refresher) {
            this.session = session;
            this.attribute = attribute;
            this.isStale = isStale;
            this.refresher = refresher;
            this.leaseAttribute = Reserved.lease(attribute);
        }

        Flow<T> lead() {
            return acquire(FIRST_PAUSE_NANOS).then(fresh -> fresh == null ? make() : Flow.done(fresh));
        }

        /** Returns the value if another leader has refreshed it, or null after acquiring the lease. */
        private Flow<@Nullable T> acquire(long pauseNanos) {
            return changes.applyAside(session, this::withLease).then(state -> {
                if (state == null) {
                    throw new SessionEndedException();
                }
                AttributeTable table = session.stored();
                T present = table.get(attribute);
                if (present != null && !isStale.test(present)) {
                    return Flow.<@Nullable T>done(present);
                }
                if (Lease.of(table.get(leaseAttribute)).isOf(token)) {
                    return Flow.<@Nullable T>done(null);
                }
                return waitForAnother(pauseNanos);
            });
        }

        private Flow<@Nullable T> waitForAnother(long pauseNanos) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted while another node refreshes the attribute");
            }
            return Flow.pause(pauseNanos)
                    .then(done -> changes.refreshed(session))
                    .then(open -> {
                        if (!open) {
                            throw new SessionEndedException();
                        }
                        return acquire(Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS));
                    });
        }

        private @Nullable SessionState withLease(SessionState present) {
            AttributeTable table = present.attributes();
            T value = table.get(attribute);
            boolean fresh = value != null && !isStale.test(value);
            if (fresh || isHeld(Lease.of(table.get(leaseAttribute)))) {
                return null;
            }
            return changes.next(session, present, context.now()).with(table.with(leaseAttribute, lease()));
        }

        private byte[] lease() {
            return new Lease(
                            Lifetimes.saturatedSum(
                                    context.now(), context.settings().refreshLease()),
                            token)
                    .toBytes();
        }

        /**
         * Returns whether a lease is valid by the engine's clock, and was observed for less than its length: clocks
         * differ.
         */
        private boolean isHeld(Lease lease) {
            if (lease.token().length == 0) {
                return false;
            }
            if (lease.until() != watched.until() || !lease.isOf(watched.token())) {
                watched = lease;
                watchedSince = System.nanoTime();
            }
            long watchedFor = System.nanoTime() - watchedSince;
            return lease.until() > context.now()
                    && watchedFor
                            < TimeUnit.MILLISECONDS.toNanos(context.settings().refreshLease());
        }

        private Flow<T> make() {
            byte[] before = session.stored().encoded(attribute.name());
            ScheduledFuture<?> renewing = renewLease();
            return Flow.guard(
                    () -> refresher
                            .apply(before == null ? null : session.stored().get(attribute))
                            .then(made -> {
                                T value = Objects.requireNonNull(made, "a refresher returned null");
                                byte[] encoded = AttributeTable.encode(attribute, value);
                                context.settings().checkAttribute(attribute.name(), encoded.length);
                                renewing.cancel(false);
                                return settle(present -> {
                                            AttributeTable table = released(present.attributes());
                                            return Arrays.equals(table.encoded(attribute.name()), before)
                                                    ? table.with(attribute, value)
                                                    : table;
                                        })
                                        .then(done -> Flow.done(Objects.requireNonNull(
                                                session.stored().get(attribute),
                                                "the attribute that was just stored")));
                            }),
                    failure -> {
                        renewing.cancel(false);
                        return release(failure);
                    });
        }

        /** Renews the lease while the refresher runs. */
        private ScheduledFuture<?> renewLease() {
            SessionKey key = session.key();
            Duration interval = Duration.ofMillis(Math.max(1, context.settings().refreshLease() / RENEWALS_PER_LEASE));
            return background.every(
                    interval,
                    () -> {
                        @SuppressWarnings("unused") // a failed renewal is tried again at the next interval
                        var stage = context.start(() -> lookups.find(key).then(this::extendLease));
                    },
                    "the lease of a refresh could not be renewed; another node may refresh as well");
        }

        private Flow<@Nullable Void> extendLease(@Nullable Session found) {
            if (found == null) {
                return Flow.done();
            }
            return changes.applyAside(
                            found,
                            present -> Lease.of(present.attributes().get(leaseAttribute))
                                            .isOf(token)
                                    ? changes.next(found, present, context.now())
                                            .with(present.attributes().with(leaseAttribute, lease()))
                                    : null)
                    .then(done -> Flow.done());
        }

        @SuppressWarnings("ReferenceEquality") // the very same exception, not an equal one
        private Flow<T> release(Throwable because) {
            return Flow.<T>guard(
                    () -> settle(present -> released(present.attributes())).then(done -> Flow.fail(because)),
                    failure -> {
                        if (failure != because) {
                            because.addSuppressed(failure);
                        }
                        return Flow.fail(because);
                    });
        }

        @SuppressWarnings("ReferenceEquality") // the very same table, not an equal one
        private Flow<@Nullable Void> settle(Function<SessionState, AttributeTable> change) {
            return changes.applyAside(session, present -> {
                        AttributeTable table = change.apply(present);
                        context.settings().checkSession(table.length());
                        return table == present.attributes()
                                ? null
                                : changes.next(session, present, context.now()).with(table);
                    })
                    .then(state -> {
                        if (state == null) {
                            throw new SessionEndedException();
                        }
                        return Flow.done();
                    });
        }

        /** Returns a table without the lease of this leader. */
        private AttributeTable released(AttributeTable table) {
            return Lease.of(table.get(leaseAttribute)).isOf(token) ? table.with(leaseAttribute, null) : table;
        }
    }
}
