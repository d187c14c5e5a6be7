package dev.cloakroom.store;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One state of one session, as a store keeps it. All times are milliseconds since the epoch, all spans milliseconds.
 *
 * <p>A record is immutable. Its {@link #data() data} array is handed over, not copied, because it is read on every
 * request: nobody writes to it after the record is made.
 *
 * @param key the session's name
 * @param version 1 when inserted, one more at each replacement; a {@linkplain SessionStore#touch touch} leaves it
 * @param createdAt when the session began; a login does not change it
 * @param lastAccess the last access that was stored; it never goes backwards
 * @param idleTimeout how long after {@code lastAccess} the record lives: the session's idle timeout plus the span in
 *     which accesses are not stored
 * @param absoluteDeadline when the session ends however much it is used
 * @param principal under which principal it is indexed, or null while it is anonymous
 * @param data what the engine keeps in it, opaque to a store
 */
public record SessionRecord(
        SessionKey key,
        long version,
        long createdAt,
        long lastAccess,
        long idleTimeout,
        long absoluteDeadline,
        @Nullable PrincipalKey principal,
        byte[] data) {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if the version is not positive or the idle timeout negative
     */
    public SessionRecord {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(data, "data");
        if (version < 1) {
            throw new IllegalArgumentException("version must be positive: " + version);
        }
        if (idleTimeout < 0) {
            throw new IllegalArgumentException("idle timeout must not be negative: " + idleTimeout);
        }
    }

    /** Returns the first millisecond at which the session is over unless it is accessed before. */
    public long deadline() {
        return Math.min(idleDeadline(), absoluteDeadline);
    }

    /** Returns whether the session is over at {@code now}. */
    public boolean isExpired(long now) {
        return now >= absoluteDeadline || now >= idleDeadline();
    }

    /** Returns this record with its last access moved to {@code instant}, or this record if that is not later. */
    public SessionRecord touched(long instant) {
        return instant <= lastAccess
                ? this
                : new SessionRecord(key, version, createdAt, instant, idleTimeout, absoluteDeadline, principal, data);
    }

    private long idleDeadline() {
        long deadline = lastAccess + idleTimeout;
        return deadline < lastAccess ? Long.MAX_VALUE : deadline;
    }

    /** Compares all components, the data by content. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof SessionRecord that
                        && key.equals(that.key)
                        && version == that.version
                        && createdAt == that.createdAt
                        && lastAccess == that.lastAccess
                        && idleTimeout == that.idleTimeout
                        && absoluteDeadline == that.absoluteDeadline
                        && Objects.equals(principal, that.principal)
                        && Arrays.equals(data, that.data));
    }

    @Override
    public int hashCode() {
        return key.hashCode() * 31 + Long.hashCode(version);
    }

    /** Names the key's fingerprint, the version and the data's size, nothing of what is in it. */
    @Override
    public String toString() {
        return "SessionRecord[" + key + ", version " + version + ", " + data.length + " bytes]";
    }
}
