package dev.cloakroom;

/**
 * An engine's settings, checked by its builder. Spans are milliseconds, sizes bytes.
 *
 * @param timeouts of sessions whose cookie goes with the browser
 * @param persistentTimeouts of sessions whose cookie stays
 * @param renewalInterval how old an id may get
 * @param renewalGrace how long an id outlives the first presentation of its successor
 * @param touchInterval the minimum interval between stored access times
 * @param refreshLease how long a node that died keeps others from a refresh
 * @param endsOnIdReuse whether a session ends when an id is presented whose grace is over
 * @param maxAttributeSize of one encoded value
 * @param maxSessionSize of all attributes of a session together
 * @param maxSessionsPerPrincipal how many sessions a principal may have
 * @param sessionLimit what happens at that limit
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
     * How long sessions live.
     *
     * @param idle since the last access
     * @param absolute since the login, or since the beginning while anonymous
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
