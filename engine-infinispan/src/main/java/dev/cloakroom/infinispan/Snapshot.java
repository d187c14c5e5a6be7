package dev.cloakroom.infinispan;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * All that a store has, as a file.
 *
 * <pre>
 * 7 bytes "CLOAKRM", u8 format = 1, u8 n, n bytes name of the store
 * for each entry: u8 kind, 1 session, 2 principal; key 2 x i64; i32 n, n bytes entry as in {@link Wire}
 * u8 0, i64 number of entries, i64 CRC-32C of all that is before it
 * </pre>
 *
 * Integers are big-endian. The checksum finds what is damaged; it keeps nobody out. A file is read as a whole or not at
 * all, for sessions without their places in the index could not be found when all of a user's are to be ended.
 *
 * @param sessions by their keys; those that have ended among them
 * @param principals the index
 */
record Snapshot(Map<SessionKey, SessionEntry> sessions, Map<PrincipalKey, PrincipalEntry> principals) {

    private static final byte[] MAGIC = "CLOAKRM".getBytes(StandardCharsets.US_ASCII);
    private static final int FORMAT = 1;
    private static final int END = 0;
    private static final int SESSION = 1;
    private static final int PRINCIPAL = 2;

    /** That a file is not what was written: damaged, cut short, or nothing that this release can read. */
    static final class DamagedException extends IOException {

        private static final long serialVersionUID = 1;

        DamagedException(String message) {
            super(message);
        }
    }

    /** That a file is a whole snapshot, but of a store of another name. */
    static final class ForeignException extends IOException {

        private static final long serialVersionUID = 1;

        ForeignException(String message) {
            super(message);
        }
    }

    /** Returns how many sessions it has that have neither ended nor expired. */
    long alive(long now) {
        return sessions.values().stream()
                .map(SessionEntry::record)
                .filter(record -> record != null && !record.isExpired(now))
                .count();
    }

    void writeTo(OutputStream target, String store) throws IOException {
        CheckedOutputStream checked = new CheckedOutputStream(target, new CRC32C());
        DataOutputStream out = new DataOutputStream(checked);
        byte[] name = store.getBytes(StandardCharsets.US_ASCII);
        out.write(MAGIC);
        out.write(FORMAT);
        out.write(name.length);
        out.write(name);
        for (Map.Entry<SessionKey, SessionEntry> each : sessions.entrySet()) {
            SessionKey key = each.getKey();
            write(out, SESSION, key.high(), key.low(), Wire.encode(each.getValue()));
        }
        for (Map.Entry<PrincipalKey, PrincipalEntry> each : principals.entrySet()) {
            PrincipalKey key = each.getKey();
            write(out, PRINCIPAL, key.high(), key.low(), Wire.encode(each.getValue()));
        }
        out.write(END);
        out.writeLong((long) sessions.size() + principals.size());
        out.writeLong(checked.getChecksum().getValue());
        out.flush();
    }

    private static void write(DataOutputStream out, int kind, long high, long low, byte[] entry) throws IOException {
        out.write(kind);
        out.writeLong(high);
        out.writeLong(low);
        out.writeInt(entry.length);
        out.write(entry);
    }

    /**
     * Reads a snapshot.
     *
     * @throws DamagedException if it is none, or not the whole of one
     * @throws ForeignException if it is of a store of another name
     */
    static Snapshot read(InputStream source, String store) throws IOException {
        CheckedInputStream checked = new CheckedInputStream(source, new CRC32C());
        try {
            return read(new DataInputStream(checked), checked, store);
        } catch (EOFException e) {
            throw new DamagedException("it is cut short");
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            // Not as the cause: what they say of the content is of no use to anyone who may read a log.
            throw new DamagedException("an entry is damaged");
        }
    }

    private static Snapshot read(DataInputStream in, CheckedInputStream checked, String store) throws IOException {
        requireIntact(ByteBuffer.wrap(bytes(in, MAGIC.length)).equals(ByteBuffer.wrap(MAGIC)), "it is something else");
        requireIntact(in.read() == FORMAT, "it has a format that this release does not know");
        String name = new String(bytes(in, in.readUnsignedByte()), StandardCharsets.US_ASCII);
        Snapshot snapshot = new Snapshot(new HashMap<>(), new HashMap<>());
        long number = 0;
        for (int kind = in.readUnsignedByte(); kind != END; kind = in.readUnsignedByte()) {
            snapshot.add(kind, in.readLong(), in.readLong(), ByteBuffer.wrap(bytes(in, in.readInt())));
            number++;
        }
        requireIntact(in.readLong() == number, "entries are missing");
        long checksum = checked.getChecksum().getValue();
        requireIntact(in.readLong() == checksum && in.read() < 0, "its checksum is wrong");
        if (!name.equals(store)) {
            throw new ForeignException("it is of a store that is called " + name);
        }
        return snapshot;
    }

    private void add(int kind, long high, long low, ByteBuffer state) throws DamagedException {
        if (kind == SESSION) {
            SessionKey key = new SessionKey(high, low);
            SessionEntry entry = Wire.sessionEntry(state);
            SessionRecord record = entry.record();
            requireIntact(record == null || record.key().equals(key), "an entry is damaged");
            requireIntact(sessions.put(key, entry) == null, "an entry is there twice");
        } else {
            requireIntact(kind == PRINCIPAL, "an entry is damaged");
            PrincipalEntry entry = Wire.principalEntry(state);
            requireIntact(principals.put(new PrincipalKey(high, low), entry) == null, "an entry is there twice");
        }
    }

    private static byte[] bytes(DataInputStream in, int length) throws IOException {
        requireIntact(length >= 0, "an entry is damaged");
        // Makes no array for what is not there, whatever the length says.
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    private static void requireIntact(boolean intact, String otherwise) throws DamagedException {
        if (!intact) {
            throw new DamagedException(otherwise);
        }
    }
}
