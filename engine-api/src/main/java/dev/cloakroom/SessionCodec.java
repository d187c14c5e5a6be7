package dev.cloakroom;

import dev.cloakroom.internal.crypto.Xaes256Gcm;
import dev.cloakroom.internal.crypto.XaesNonces;
import dev.cloakroom.internal.derived.DerivedKeys;
import dev.cloakroom.internal.derived.Keyed;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionRecord;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Converts a session's state to the record of a store, and back. The record's data are a {@link RecordHead} and the
 * attributes:
 *
 * <pre>
 * the attribute table, or with flag SEALED
 * +------------+----------+----------------------------------------------+
 * | u32 key id | 24 nonce | XAES-256-GCM(attribute table), 16 of them tag |
 * +------------+----------+----------------------------------------------+
 * </pre>
 *
 * A seal is bound to its session and its state: the additional data are the head and all other fields of the record.
 * The exception is the last access, which stores move themselves. So a writer of the store cannot prolong a session,
 * move it to another principal, give it another id, or put its attributes into another record. A writer can put back a
 * whole older state of the same session; see docs/threat-model.md.
 *
 * <p>Thread-safe.
 */
final class SessionCodec {

    private static final int SEAL_HEAD = Integer.BYTES + Xaes256Gcm.NONCE_LENGTH;
    private static final int RECORD_FIELDS = 8 * Long.BYTES;

    private final Lifetimes lifetimes;
    private final boolean sealing;
    private final XaesNonces nonces;
    private final DerivedKeys<Xaes256Gcm> sealingKeys;

    SessionCodec(KeyRing ring, Lifetimes lifetimes, boolean sealing, SecureRandom random) {
        this.lifetimes = lifetimes;
        this.sealing = sealing;
        this.nonces = new XaesNonces(random);
        this.sealingKeys = DerivedKeys.subkeys(ring, "session-seal", Xaes256Gcm.KEY_LENGTH, Xaes256Gcm::new);
    }

    SessionRecord encode(SessionState state, long now) {
        int head = RecordHead.length(state.ids());
        int table = state.attributes().length();
        int sealedLength = SEAL_HEAD + table + Xaes256Gcm.TAG_LENGTH;
        ByteBuffer data = ByteBuffer.allocate(head + (sealing ? sealedLength : table));
        RecordHead.write(data, state, sealing, Lifetimes.needsStandIn(state.times(), now));
        SessionRecord record = new SessionRecord(
                state.key(),
                state.version(),
                state.times().createdAt(),
                state.times().lastAccess(),
                lifetimes.storedIdleTimeout(state.lifetime()),
                lifetimes.storedAbsoluteDeadline(state.times(), state.lifetime(), now),
                state.principalKey(),
                data.array());
        if (sealing) {
            seal(record, data, state.attributes(), now);
        } else {
            state.attributes().copyTo(data);
        }
        return record;
    }

    private void seal(SessionRecord record, ByteBuffer data, AttributeTable attributes, long now) {
        int head = data.position();
        Keyed<Xaes256Gcm> keyed = sealingKeys.signer(now);
        byte[] nonce = nonces.next();
        data.putInt(keyed.key().id()).put(nonce);
        ByteBuffer plain = ByteBuffer.allocate(attributes.length());
        attributes.copyTo(plain);
        keyed.value().seal(nonce, plain.array(), boundFields(record, head), data.array(), data.position());
    }

    /**
     * Returns whether a record's attributes are not sealed and can be read in place.
     */
    boolean isPlain(SessionRecord record) {
        byte[] data = record.data();
        return !sealing
                && !RecordHead.isSealed(data)
                && AttributeTable.isTable(data, RecordHead.length(data), data.length);
    }

    /**
     * Returns an attribute of a record that {@linkplain #isPlain is plain}, or null if it has none.
     *
     * @throws AttributeException if the bytes cannot be read as the attribute's type
     */
    static <T> @Nullable T plainAttribute(SessionRecord record, Attribute<T> attribute) {
        byte[] data = record.data();
        return AttributeTable.get(data, RecordHead.length(data), data.length, attribute);
    }

    /** Returns a record's attributes, or null if they cannot be opened. */
    @Nullable
    AttributeTable attributes(SessionRecord record, long now) {
        byte[] data = record.data();
        if (!RecordHead.isReadable(data)) {
            return null;
        }
        try {
            int head = RecordHead.length(data);
            if (!RecordHead.isSealed(data)) {
                return sealing ? null : new AttributeTable(data, head, data.length);
            }
            return open(record, head, now);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return null;
        }
    }

    private @Nullable AttributeTable open(SessionRecord record, int head, long now) {
        byte[] data = record.data();
        Keyed<Xaes256Gcm> keyed = sealingKeys.find(ByteBuffer.wrap(data).getInt(head), now);
        if (keyed == null) {
            return null;
        }
        byte[] plain = keyed.value().open(data, head + Integer.BYTES, head + SEAL_HEAD, boundFields(record, head));
        return plain == null ? null : new AttributeTable(plain, 0, plain.length);
    }

    /** Returns the state that a record and its opened attributes make. */
    static SessionState decode(SessionRecord record, AttributeTable attributes) {
        byte[] data = record.data();
        return new SessionState(
                record.key(),
                record.version(),
                new SessionState.Times(record.createdAt(), RecordHead.authenticatedAt(data), record.lastAccess()),
                new SessionState.Lifetime(RecordHead.persistence(data), RecordHead.ownIdleTimeout(data)),
                record.principal(),
                RecordHead.ids(data),
                attributes);
    }

    /** Returns the additional data of a seal. */
    private static byte[] boundFields(SessionRecord record, int head) {
        PrincipalKey principal = record.principal();
        return ByteBuffer.allocate(RECORD_FIELDS + head)
                .putLong(record.key().high())
                .putLong(record.key().low())
                .putLong(record.version())
                .putLong(record.createdAt())
                .putLong(record.idleTimeout())
                .putLong(record.absoluteDeadline())
                .putLong(principal == null ? 0 : principal.high())
                .putLong(principal == null ? 0 : principal.low())
                .put(record.data(), 0, head)
                .array();
    }
}
