package dev.cloakroom;

/**
 * An engine's settings, checked by its builder. Durations are in milliseconds, sizes in bytes.
 *
 * @param timeouts the timeouts of sessions whose cookie the browser deletes when it closes
 * @param persistentTimeouts the timeouts of sessions whose cookie the browser keeps
 * @param renewalInterval the age at which an id is renewed
 * @param renewalGrace how long an id is valid after the first presentation of its successor
 * @param touchInterval the minimum interval between stored access times
 * @param refreshLease the length of a lease of a refresh
 * @param endsOnIdReuse whether a session ends when an id is presented after its grace
 * @param maxAttributeSize the maximum size of one encoded value
 * @param maxSessionSize the maximum size of all attributes of a session together
 * @param maxSessionsPerPrincipal the maximum number of sessions of a principal
 * @param sessionLimit the effect of a login beyond that number
 */
record EngineSettings(
        Timeouts timeouts,
        Timeouts persistentTimeouts,
        long renewalInterval,
        long renewalGrace,
        long touchInterval,
        long refreshLease,
        boolean endsOnIdReuse,
        int maxAttributeSize,
        int maxSessionSize,
        int maxSessionsPerPrincipal,
        SessionLimit sessionLimit)
        implements Edits.Limits {

    /**
     * The timeouts of sessions.
     *
     * @param idle the time after the last access
     * @param absolute the time after the login, or after the creation while anonymous
     */
    record Timeouts(long idle, long absolute) {}

    Timeouts timeouts(Persistence persistence) {
        return persistence == Persistence.PERSISTENT ? persistentTimeouts : timeouts;
    }

    @Override
    public void checkAttribute(String name, int length) {
        if (length > maxAttributeSize) {
            throw SizeLimitException.ofAttribute(name, length, maxAttributeSize);
        }
    }

    @Override
    public void checkSession(long length) {
        if (length > maxSessionSize) {
            throw SizeLimitException.ofSession(length, maxSessionSize);
        }
    }
}
