package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionRecord;
import org.jspecify.annotations.Nullable;

/** What Infinispan has under a session's key: its present state, or that it has ended. */
final class SessionEntry extends TokenedValue<SessionEntry> {

    private final @Nullable SessionRecord record;
    private final long binding;

    /**
     * Makes an entry.
     *
     * @param record null for a session that has ended
     * @param binding the number of the binding to the record's principal, which its place in the index has too
     */
    SessionEntry(Tokens tokens, @Nullable SessionRecord record, long binding) {
        super(tokens);
        this.record = record;
        this.binding = binding;
    }

    @Nullable
    SessionRecord record() {
        return record;
    }

    long binding() {
        return binding;
    }

    boolean hasEnded() {
        return record == null;
    }

    /** Returns the entry that follows this one. */
    SessionEntry then(long token, @Nullable SessionRecord next, long nextBinding) {
        return new SessionEntry(tokens().then(token), next, nextBinding);
    }

    @Override
    SessionEntry expectation() {
        return new SessionEntry(Tokens.first(tokens().latest()), null, 0);
    }

    @Override
    SessionEntry rewritten(long token) {
        return then(token, record, binding);
    }

    @Override
    long lifespan() {
        return record == null ? Lifespans.ENDED : Lifespans.of(record.deadline() - record.lastAccess());
    }

    @Override
    public String toString() {
        return record == null ? "SessionEntry[ended]" : "SessionEntry[" + record + "]";
    }
}
