package dev.cloakroom.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One state of one session, as a store keeps it. Times are milliseconds since the epoch, durations are milliseconds.
 *
 * <p>A record is immutable, with one exception: the last access of a record that a {@link HeapSessionStore} returned
 * moves forward while the session is used and this is still its newest record. The {@link #data() data} array is not
 * copied, because each request reads it. It must not be modified.
 *
 * <p>Thread-safe.
 */
/*
 * Why this is a class and not a Java record, and has one mutable field. Each request reads a record, most often from
 * memory that is in no cache. So the key's bits are fields and not behind a reference: the heap store compares them
 * with one access. Each session that is used after a second's pause is touched. A new object for each touch would cost
 * a copy, a reference from the old generation to the young one, and a promotion, for one number that nothing else
 * depends on.
 */
public final class SessionRecord {

    private static final VarHandle LAST_ACCESS;

    static {
        try {
            LAST_ACCESS = MethodHandles.lookup().findVarHandle(SessionRecord.class, "lastAccess", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long keyHigh;
    private final long keyLow;
    private final long version;
    private final long createdAt;
    private long lastAccess;
    private final long idleTimeout;
    private final long absoluteDeadline;
    private final @Nullable PrincipalKey principal;
    private final byte[] data;

    /**
     * Makes a record.
     *
     * @param key the key of the session
     * @param version 1 when inserted, one more at each replacement; a {@linkplain SessionStore#touch touch} keeps it
     * @param createdAt the creation time of the session; a login does not change it
     * @param lastAccess the last access that was stored
     * @param idleTimeout how long the record lives after {@code lastAccess}: the session's idle timeout plus the touch
     *     interval
     * @param absoluteDeadline the time at which the session ends in any case
     * @param principal the principal under which the record is indexed, or null if the session is anonymous
     * @param data the engine's data, opaque to a store; not copied
     * @throws IllegalArgumentException if the version is not positive or the idle timeout negative
     */
    public SessionRecord(
            SessionKey key,
            long version,
            long createdAt,
            long lastAccess,
            long idleTimeout,
            long absoluteDeadline,
            @Nullable PrincipalKey principal,
            byte[] data) {
        this(
                key.high(),
                key.low(),
                version,
                createdAt,
                lastAccess,
                idleTimeout,
                absoluteDeadline,
                principal,
                Objects.requireNonNull(data, "data"));
        if (version < 1) {
            throw new IllegalArgumentException("version must be positive: " + version);
        }
        if (idleTimeout < 0) {
            throw new IllegalArgumentException("idle timeout must not be negative: " + idleTimeout);
        }
    }

    private SessionRecord(
            long keyHigh,
            long keyLow,
            long version,
            long createdAt,
            long lastAccess,
            long idleTimeout,
            long absoluteDeadline,
            @Nullable PrincipalKey principal,
            byte[] data) {
        this.keyHigh = keyHigh;
        this.keyLow = keyLow;
        this.version = version;
        this.createdAt = createdAt;
        this.lastAccess = lastAccess;
        this.idleTimeout = idleTimeout;
        this.absoluteDeadline = absoluteDeadline;
        this.principal = principal;
        this.data = data;
    }

    /** Returns the key of the session. */
    public SessionKey key() {
        return new SessionKey(keyHigh, keyLow);
    }

    /** Returns whether a key's bits are this record's. */
    boolean isOf(long high, long low) {
        return ((keyHigh ^ high) | (keyLow ^ low)) == 0;
    }

    /** Returns the key's first 64 bits. */
    long keyHigh() {
        return keyHigh;
    }

    /** Returns the key's last 64 bits. */
    long keyLow() {
        return keyLow;
    }

    /** Returns the version: 1 for an inserted record, one more for each replacement. */
    public long version() {
        return version;
    }

    /**
     * Returns the version of the record that this one replaces.
     *
     * @throws IllegalArgumentException if the version is 1: such a record replaces none
     */
    public long previousVersion() {
        if (version == 1) {
            throw new IllegalArgumentException(
                    "a record that replaces another has a version of at least 2, this one has"
                            + " version 1; insert it instead");
        }
        return version - 1;
    }

    /** Returns the creation time of the session. */
    public long createdAt() {
        return createdAt;
    }

    /** Returns the last access that was stored. */
    public long lastAccess() {
        return (long) LAST_ACCESS.getOpaque(this);
    }

    /** Returns how long the record lives after the last access. */
    public long idleTimeout() {
        return idleTimeout;
    }

    /** Returns the time at which the session ends in any case. */
    public long absoluteDeadline() {
        return absoluteDeadline;
    }

    /** Returns the principal under which the record is indexed, or null if the session is anonymous. */
    public @Nullable PrincipalKey principal() {
        return principal;
    }

    /** Returns the engine's data: the array itself, which must not be modified. */
    public byte[] data() {
        return data;
    }

    /** Returns the first millisecond at which the session is expired if it is not accessed before. */
    public long deadline() {
        return Math.min(idleDeadline(), absoluteDeadline);
    }

    /** Returns whether the session is expired at {@code now}. */
    public boolean isExpired(long now) {
        return now >= absoluteDeadline || now >= idleDeadline();
    }

    /** Returns this record with its last access moved to {@code instant}, or this record if that is not later. */
    public SessionRecord touched(long instant) {
        return instant <= lastAccess() ? this : copy(instant);
    }

    /** Returns a new record with the same components except for the last access. */
    SessionRecord copy(long access) {
        return new SessionRecord(
                keyHigh, keyLow, version, createdAt, access, idleTimeout, absoluteDeadline, principal, data);
    }

    /** Moves the last access forward, never backwards. One thread at a time may do this. */
    void advance(long instant) {
        if (instant > lastAccess()) {
            LAST_ACCESS.setOpaque(this, instant);
        }
    }

    private long idleDeadline() {
        long access = lastAccess();
        long deadline = access + idleTimeout;
        return deadline < access ? Long.MAX_VALUE : deadline;
    }

    /** Compares all components, the data by content. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof SessionRecord that
                        && isOf(that.keyHigh, that.keyLow)
                        && version == that.version
                        && createdAt == that.createdAt
                        && lastAccess() == that.lastAccess()
                        && idleTimeout == that.idleTimeout
                        && absoluteDeadline == that.absoluteDeadline
                        && Objects.equals(principal, that.principal)
                        && Arrays.equals(data, that.data));
    }

    @Override
    public int hashCode() {
        return Long.hashCode(keyHigh) * 31 + Long.hashCode(version);
    }

    /** Returns the key's fingerprint, the version and the size of the data, without the content. */
    @Override
    public String toString() {
        return "SessionRecord[" + key() + ", version " + version + ", " + data.length + " bytes]";
    }
}
