package dev.cloakroom;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes an attribute's value anew once, however many requests of its session ask for it at a time, on however many
 * nodes.
 *
 * <p>Within a process the first request leads and the others wait for its result. Between processes the leaders agree
 * through the session itself: a leader writes a lease (a random token and an end) among the session's attributes, by
 * the same compare-and-set as everything else, so any store will do and a lease can neither outlive its session nor
 * revive it. Leaders that find a lease look again every few milliseconds until it is gone or over. The result and the
 * lease's removal are one write.
 *
 * <p>A leader that took longer than its lease stores its result only if the value it started from is still there: what
 * another has made since is newer. If nobody has, the late result is the only good one, and it counts.
 *
 * <p>Safe for use by any number of threads.
 */
final class SingleFlight {

    private static final int TOKEN_LENGTH = SessionIds.NONCE_LENGTH;
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final EngineContext context;
    private final Writer writer;
    private final Map<Flight, CompletableFuture<byte[]>> flights = new ConcurrentHashMap<>();

    SingleFlight(EngineContext context, Writer writer) {
        this.context = context;
        this.writer = writer;
    }

    private record Flight(SessionKey session, String attribute) {}

    <T> T refresh(
            Session session, Attribute<T> attribute, Predicate<? super T> isStale, Function<@Nullable T, T> refresher) {
        Objects.requireNonNull(refresher, "refresher");
        session.requireAlive();
        T present = session.get(attribute);
        if (present != null && !isStale.test(present)) {
            return present;
        }
        if (session.isNew()) {
            T value = refresher.apply(present);
            session.put(attribute, value);
            return value;
        }
        // What this request put itself is stale; the store's value decides from here on.
        session.dropEdit(attribute);
        Flight flight = new Flight(session.key(), attribute.name());
        while (true) {
            CompletableFuture<byte[]> mine = new CompletableFuture<>();
            CompletableFuture<byte[]> leading = flights.putIfAbsent(flight, mine);
            if (leading == null) {
                return lead(session, attribute, isStale, refresher, flight, mine);
            }
            byte[] result = await(leading);
            if (result != null) {
                adopt(session);
                return Objects.requireNonNull(AttributeTable.decode(attribute, result));
            }
            flights.remove(flight, leading);
        }
    }

    /** Waits for another's result. Returns null if it takes longer than a lease. */
    private byte @Nullable [] await(CompletableFuture<byte[]> leading) {
        try {
            return leading.get(context.settings().refreshLease(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while another request refreshes the attribute", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("another request failed to refresh the attribute", e.getCause());
        }
    }

    /** Takes the newest record, after another request has stored something in it. */
    private void adopt(Session session) {
        if (writer.refreshed(session) == null) {
            throw new SessionEndedException();
        }
    }

    private <T> T lead(
            Session session,
            Attribute<T> attribute,
            Predicate<? super T> isStale,
            Function<@Nullable T, T> refresher,
            Flight flight,
            CompletableFuture<byte[]> result) {
        try {
            T value = leadOver(session, attribute, isStale, refresher);
            result.complete(AttributeTable.encode(attribute, value));
            return value;
        } catch (Throwable e) {
            result.completeExceptionally(e);
            throw e;
        } finally {
            flights.remove(flight, result);
        }
    }

    private <T> T leadOver(
            Session session, Attribute<T> attribute, Predicate<? super T> isStale, Function<@Nullable T, T> refresher) {
        Attribute<byte[]> lease = Reserved.lease(attribute);
        byte[] token = context.ids().newNonce();
        T fresh = new Acquisition<>(session, attribute, isStale, lease, token).acquire();
        if (fresh != null) {
            return fresh;
        }
        byte[] before = session.stored().encoded(attribute.name());
        try {
            T value = Objects.requireNonNull(
                    refresher.apply(before == null ? null : AttributeTable.decode(attribute, before)),
                    "a refresher returned null");
            byte[] encoded = AttributeTable.encode(attribute, value);
            session.engine().checkAttributeSize(attribute, encoded.length);
            settle(session, present -> {
                AttributeTable table = released(present.attributes(), lease, token);
                return Arrays.equals(table.encoded(attribute.name()), before) ? table.with(attribute, value) : table;
            });
            return Objects.requireNonNull(session.stored().get(attribute));
        } catch (Throwable e) {
            release(session, lease, token, e);
            throw e;
        }
    }

    private void release(Session session, Attribute<byte[]> lease, byte[] token, Throwable because) {
        try {
            settle(session, present -> released(present.attributes(), lease, token));
        } catch (RuntimeException e) {
            because.addSuppressed(e);
        }
    }

    private void settle(Session session, Function<SessionState, AttributeTable> change) {
        SessionState settled = writer.changeAside(session, present -> {
            AttributeTable table = change.apply(present);
            session.engine().checkSessionSize(table);
            return table == present.attributes()
                    ? null
                    : present.next(context.now()).withAttributes(table);
        });
        if (settled == null) {
            throw new SessionEndedException();
        }
    }

    /** Returns a table without the lease, if it is the token's. */
    private static AttributeTable released(AttributeTable table, Attribute<byte[]> lease, byte[] token) {
        return Lease.of(table.get(lease)).isOf(token) ? table.with(lease, null) : table;
    }

    /** A lease as it lies in a session: until when, in milliseconds since the epoch, and for whom. */
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

    /** One leader's way to the lease: it looks until the lease is its own, or somebody else has made the value. */
    private final class Acquisition<T> {

        private final Session session;
        private final Attribute<T> attribute;
        private final Predicate<? super T> isStale;
        private final Attribute<byte[]> attributeOfLease;
        private final byte[] token;
        private Lease held = Lease.NONE;
        private long heldSince;

        Acquisition(
                Session session,
                Attribute<T> attribute,
                Predicate<? super T> isStale,
                Attribute<byte[]> attributeOfLease,
                byte[] token) {
            this.session = session;
            this.attribute = attribute;
            this.isStale = isStale;
            this.attributeOfLease = attributeOfLease;
            this.token = token;
        }

        /** Returns the value if another made it meanwhile, or null with the lease taken. */
        @Nullable
        T acquire() {
            while (true) {
                SessionState state = writer.changeAside(session, this::withLease);
                if (state == null) {
                    throw new SessionEndedException();
                }
                AttributeTable table = session.stored();
                T present = table.get(attribute);
                if (present != null && !isStale.test(present)) {
                    return present;
                }
                if (Lease.of(table.get(attributeOfLease)).isOf(token)) {
                    return null;
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new IllegalStateException("interrupted while another node refreshes the attribute");
                }
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
                SessionRecord newest = writer.refreshed(session);
                if (newest == null) {
                    throw new SessionEndedException();
                }
            }
        }

        private @Nullable SessionState withLease(SessionState present) {
            AttributeTable table = present.attributes();
            T value = table.get(attribute);
            boolean fresh = value != null && !isStale.test(value);
            if (fresh || isHeld(Lease.of(table.get(attributeOfLease)))) {
                return null;
            }
            long now = context.now();
            Lease mine = new Lease(now + context.settings().refreshLease(), token);
            return present.next(now).withAttributes(table.with(attributeOfLease, mine.toBytes()));
        }

        /** A lease is over by the engine's clock, or when it was watched for its whole length: clocks may differ. */
        private boolean isHeld(Lease lease) {
            if (lease.token().length == 0) {
                return false;
            }
            if (!lease.isOf(held.token())) {
                held = lease;
                heldSince = System.nanoTime();
            }
            long watched = System.nanoTime() - heldSince;
            return lease.until() > context.now()
                    && watched
                            < TimeUnit.MILLISECONDS.toNanos(context.settings().refreshLease());
        }
    }
}
