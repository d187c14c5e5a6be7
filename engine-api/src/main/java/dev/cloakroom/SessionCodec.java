package dev.cloakroom;

import dev.cloakroom.internal.crypto.Xaes256Gcm;
import dev.cloakroom.internal.crypto.XaesNonces;
import dev.cloakroom.internal.derived.DerivedKeys;
import dev.cloakroom.internal.derived.Keyed;
import dev.cloakroom.internal.id.IdHash;
import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.internal.id.SessionIds;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionRecord;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Turns a session's state into the record that a store keeps, and back. The record's data:
 *
 * <pre>
 *  0           1          2                 18             26                 42             58
 * +-----------+----------+-----------------+--------------+------------------+--------------+------------
 * | u8 format | u8 flags | 16 hash of the  | i64 issued   | 16 hash of the   | 16 renewal   | attributes
 * |         1 |          | current id      | at, ms       | previous id      | nonce        |
 * +-----------+----------+-----------------+--------------+------------------+--------------+------------
 *                                                          \_ only with flag PREVIOUS ______/
 *
 * attributes: the attribute table, or with flag SEALED
 * +------------+----------+----------------------------------------------+
 * | u32 key id | 24 nonce | XAES-256-GCM(attribute table), 16 of them tag |
 * +------------+----------+----------------------------------------------+
 * </pre>
 *
 * What is sealed is bound to its session and its state: the additional data are all the record's other fields but the
 * last access, which stores move by themselves, and everything before the box. So nobody who can write to the store can
 * lengthen a session's life, move it to another principal, give it another id or put one session's attributes into
 * another's record. An older state of the same session can be put back whole; see docs/threat-model.md.
 *
 * <p>Ids are matched in place: nothing is decoded for that. Safe for use by any number of threads.
 */
final class SessionCodec {

    /** How a presented id relates to a session. */
    enum Match {
        CURRENT,
        PREVIOUS,
        NONE
    }

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int FORMAT = 1;
    private static final int SEALED = 1;
    private static final int PREVIOUS = 2;

    private static final int FLAGS_AT = 1;
    private static final int CURRENT_AT = FLAGS_AT + 1;
    private static final int ISSUED_AT = CURRENT_AT + 2 * Long.BYTES;
    private static final int PREVIOUS_AT = ISSUED_AT + Long.BYTES;
    private static final int NONCE_AT = PREVIOUS_AT + 2 * Long.BYTES;
    private static final int AFTER_PREVIOUS = NONCE_AT + SessionIds.NONCE_LENGTH;

    private static final int SEAL_HEAD = Integer.BYTES + Xaes256Gcm.NONCE_LENGTH;
    private static final int RECORD_FIELDS = 8 * Long.BYTES;

    private final boolean sealing;
    private final XaesNonces nonces;
    private final DerivedKeys<Xaes256Gcm> sealingKeys;

    SessionCodec(KeyRing ring, boolean sealing, SecureRandom random) {
        this.sealing = sealing;
        this.nonces = new XaesNonces(random);
        this.sealingKeys = DerivedKeys.subkeys(ring, "session-seal", Xaes256Gcm.KEY_LENGTH, Xaes256Gcm::new);
    }

    /** Compares a presented id's hash with those in a record's data. */
    static Match match(byte[] data, long hashHigh, long hashLow, long now, long grace) {
        if (data.length < PREVIOUS_AT || data[0] != FORMAT) {
            return Match.NONE;
        }
        if (isHashAt(data, CURRENT_AT, hashHigh, hashLow)) {
            return Match.CURRENT;
        }
        boolean inGrace = (data[FLAGS_AT] & PREVIOUS) != 0
                && data.length >= AFTER_PREVIOUS
                && isHashAt(data, PREVIOUS_AT, hashHigh, hashLow)
                && now - (long) LONG.get(data, ISSUED_AT) < grace;
        return inGrace ? Match.PREVIOUS : Match.NONE;
    }

    private static boolean isHashAt(byte[] data, int at, long high, long low) {
        return (((long) LONG.get(data, at) ^ high) | ((long) LONG.get(data, at + Long.BYTES) ^ low)) == 0;
    }

    static long issuedAt(byte[] data) {
        return (long) LONG.get(data, ISSUED_AT);
    }

    SessionRecord encode(SessionState state, long now) {
        IdState.Previous previous = state.ids().previous();
        int head = previous == null ? PREVIOUS_AT : AFTER_PREVIOUS;
        int table = state.attributes().length();
        int sealedLength = SEAL_HEAD + table + Xaes256Gcm.TAG_LENGTH;
        ByteBuffer data = ByteBuffer.allocate(head + (sealing ? sealedLength : table));
        data.put((byte) FORMAT).put((byte) ((sealing ? SEALED : 0) | (previous == null ? 0 : PREVIOUS)));
        put(data, state.ids().current());
        data.putLong(state.ids().issuedAt());
        if (previous != null) {
            put(data, previous.hash());
            data.put(previous.nonce());
        }
        SessionRecord record = new SessionRecord(
                state.key(),
                state.version(),
                state.createdAt(),
                state.lastAccess(),
                state.idleTimeout(),
                state.absoluteDeadline(),
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
     * Returns whether a record's attributes can be read in place, unsealed: then there is no need to open them before
     * somebody asks.
     */
    boolean isPlain(SessionRecord record) {
        byte[] data = record.data();
        return !sealing
                && (data[FLAGS_AT] & SEALED) == 0
                && AttributeTable.isTable(data, headLength(data), data.length);
    }

    /**
     * Returns an attribute of a record that {@linkplain #isPlain is plain}, or null if it has none.
     *
     * @throws AttributeException if what is there cannot be read as the attribute's type
     */
    static <T> @Nullable T plainAttribute(SessionRecord record, Attribute<T> attribute) {
        byte[] data = record.data();
        return AttributeTable.get(data, headLength(data), data.length, attribute);
    }

    private static int headLength(byte[] data) {
        return (data[FLAGS_AT] & PREVIOUS) == 0 ? PREVIOUS_AT : AFTER_PREVIOUS;
    }

    /** Returns a record's attributes, or null if they cannot be opened. */
    @Nullable
    AttributeTable attributes(SessionRecord record, long now) {
        byte[] data = record.data();
        try {
            int head = headLength(data);
            boolean sealed = (data[FLAGS_AT] & SEALED) != 0;
            if (!sealed) {
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
    SessionState decode(SessionRecord record, AttributeTable attributes) {
        return new SessionState(
                record.key(),
                record.version(),
                record.createdAt(),
                record.lastAccess(),
                record.idleTimeout(),
                record.absoluteDeadline(),
                record.principal(),
                ids(record.data()),
                attributes);
    }

    static IdState ids(byte[] data) {
        IdState.Previous previous = (data[FLAGS_AT] & PREVIOUS) == 0
                ? null
                : new IdState.Previous(hashAt(data, PREVIOUS_AT), Arrays.copyOfRange(data, NONCE_AT, AFTER_PREVIOUS));
        return new IdState(hashAt(data, CURRENT_AT), issuedAt(data), previous);
    }

    private static IdHash hashAt(byte[] data, int at) {
        return new IdHash((long) LONG.get(data, at), (long) LONG.get(data, at + Long.BYTES));
    }

    private static void put(ByteBuffer target, IdHash hash) {
        target.putLong(hash.high()).putLong(hash.low());
    }

    /** Returns what a seal vouches for besides the attributes. */
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
