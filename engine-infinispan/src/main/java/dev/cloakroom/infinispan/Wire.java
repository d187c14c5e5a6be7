package dev.cloakroom.infinispan;

import dev.cloakroom.infinispan.PrincipalEntry.Place;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.RecordFormat;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.infinispan.protostream.FileDescriptorSource;
import org.infinispan.protostream.ProtobufTagMarshaller;
import org.infinispan.protostream.SerializationContext;
import org.infinispan.protostream.SerializationContextInitializer;
import org.infinispan.protostream.TagReader;
import org.jspecify.annotations.Nullable;

/**
 * How keys and values go over the network and into files. Nodes of different releases may share a cluster while it is
 * restarted node by node, so what is here does not change; a new format gets a new number.
 *
 * <pre>
 * SessionEntry     u8 format = 1, u8 n, n x i64 tokens, latest first, i64 binding,
 *                  and unless the session has ended: key 2 x i64, record as in RecordFormat
 * PrincipalEntry   u8 format = 1, u8 n, n x i64 tokens, latest first,
 *                  and for each place: session 2 x i64, i64 binding, u8 settled, i64 since, i64 lifespan
 * </pre>
 *
 * Integers are big-endian. Nothing else is ever made from what a network delivers.
 */
final class Wire implements SerializationContextInitializer {

    private static final String FILE = "cloakroom.proto";
    private static final String SCHEMA = """
            syntax = "proto3";
            package cloakroom;

            /** @TypeId(1670100) */
            message SessionKey {
              fixed64 high = 1;
              fixed64 low = 2;
            }

            /** @TypeId(1670101) */
            message PrincipalKey {
              fixed64 high = 1;
              fixed64 low = 2;
            }

            /** @TypeId(1670102) */
            message SessionEntry {
              bytes state = 1;
            }

            /** @TypeId(1670103) */
            message PrincipalEntry {
              bytes state = 1;
            }
            """;

    private static final byte FORMAT = 1;
    private static final int FIRST = 1;
    private static final int SECOND = 2;
    private static final int HEAD = 2;
    private static final int KEY = 2 * Long.BYTES;
    private static final int PLACE = KEY + 3 * Long.BYTES + 1;

    @Override
    public void registerSchema(SerializationContext context) {
        context.registerProtoFiles(FileDescriptorSource.fromString(FILE, SCHEMA));
    }

    @Override
    public void registerMarshallers(SerializationContext context) {
        context.registerMarshaller(
                new KeyMarshaller<>(SessionKey.class, SessionKey::new, SessionKey::high, SessionKey::low));
        context.registerMarshaller(
                new KeyMarshaller<>(PrincipalKey.class, PrincipalKey::new, PrincipalKey::high, PrincipalKey::low));
        context.registerMarshaller(new StateMarshaller<>(SessionEntry.class, Wire::encode, Wire::sessionEntry));
        context.registerMarshaller(new StateMarshaller<>(PrincipalEntry.class, Wire::encode, Wire::principalEntry));
    }

    static byte[] encode(SessionEntry entry) {
        long[] tokens = entry.tokens().toArray();
        SessionRecord record = entry.record();
        byte[] bytes = record == null ? new byte[0] : RecordFormat.encode(record);
        ByteBuffer target = ByteBuffer.allocate(
                HEAD + (tokens.length + 1) * Long.BYTES + (record == null ? 0 : KEY) + bytes.length);
        putTokens(target, tokens).putLong(entry.binding());
        if (record != null) {
            putKey(target, record.key()).put(bytes);
        }
        return target.array();
    }

    static SessionEntry sessionEntry(ByteBuffer source) {
        Tokens tokens = tokens(source);
        long binding = source.getLong();
        return new SessionEntry(tokens, source.hasRemaining() ? record(source) : null, binding);
    }

    private static SessionRecord record(ByteBuffer source) {
        SessionKey key = key(source);
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        return RecordFormat.decode(key, bytes);
    }

    static byte[] encode(PrincipalEntry entry) {
        long[] tokens = entry.tokens().toArray();
        List<Place> places = entry.places();
        ByteBuffer target = ByteBuffer.allocate(HEAD + tokens.length * Long.BYTES + places.size() * PLACE);
        putTokens(target, tokens);
        for (Place place : places) {
            putKey(target, place.session())
                    .putLong(place.binding())
                    .put((byte) (place.settled() ? 1 : 0))
                    .putLong(place.since())
                    .putLong(place.lifespan());
        }
        return target.array();
    }

    static PrincipalEntry principalEntry(ByteBuffer source) {
        Tokens tokens = tokens(source);
        List<Place> places = new ArrayList<>(source.remaining() / PLACE);
        while (source.hasRemaining()) {
            places.add(new Place(key(source), source.getLong(), source.get() != 0, source.getLong(), source.getLong()));
        }
        return new PrincipalEntry(tokens, places);
    }

    private static ByteBuffer putTokens(ByteBuffer target, long[] tokens) {
        target.put(FORMAT).put((byte) tokens.length);
        for (long token : tokens) {
            target.putLong(token);
        }
        return target;
    }

    private static Tokens tokens(ByteBuffer source) {
        if (source.get() != FORMAT) {
            throw new IllegalArgumentException("a value of an unknown format");
        }
        long[] tokens = new long[Byte.toUnsignedInt(source.get())];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = source.getLong();
        }
        return Tokens.of(tokens);
    }

    private static ByteBuffer putKey(ByteBuffer target, SessionKey key) {
        return target.putLong(key.high()).putLong(key.low());
    }

    private static SessionKey key(ByteBuffer source) {
        return new SessionKey(source.getLong(), source.getLong());
    }

    /** Makes a key of two numbers. */
    private interface KeyOf<T> {
        T of(long high, long low);
    }

    /** Two fields of 64 bits. */
    private record KeyMarshaller<T>(Class<T> type, KeyOf<T> key, ToLongFunction<T> high, ToLongFunction<T> low)
            implements ProtobufTagMarshaller<T> {

        @Override
        public Class<? extends T> getJavaClass() {
            return type;
        }

        @Override
        public String getTypeName() {
            return "cloakroom." + type.getSimpleName();
        }

        @Override
        public T read(ReadContext context) throws IOException {
            TagReader reader = context.getReader();
            long first = 0;
            long second = 0;
            for (int tag = reader.readTag(); tag != 0; tag = reader.readTag()) {
                int field = tag >>> 3;
                if (field == FIRST) {
                    first = reader.readFixed64();
                } else if (field == SECOND) {
                    second = reader.readFixed64();
                } else {
                    reader.skipField(tag);
                }
            }
            return key.of(first, second);
        }

        @Override
        public void write(WriteContext context, T value) throws IOException {
            context.getWriter().writeFixed64(FIRST, high.applyAsLong(value));
            context.getWriter().writeFixed64(SECOND, low.applyAsLong(value));
        }
    }

    /** One field of bytes. */
    private record StateMarshaller<T>(Class<T> type, Function<T, byte[]> encoder, Function<ByteBuffer, T> decoder)
            implements ProtobufTagMarshaller<T> {

        @Override
        public Class<? extends T> getJavaClass() {
            return type;
        }

        @Override
        public String getTypeName() {
            return "cloakroom." + type.getSimpleName();
        }

        @Override
        public T read(ReadContext context) throws IOException {
            TagReader reader = context.getReader();
            byte @Nullable [] state = null;
            for (int tag = reader.readTag(); tag != 0; tag = reader.readTag()) {
                if (tag >>> 3 == FIRST) {
                    state = reader.readByteArray();
                } else {
                    reader.skipField(tag);
                }
            }
            if (state == null) {
                throw new IOException("a value without state");
            }
            try {
                return decoder.apply(ByteBuffer.wrap(state));
            } catch (IllegalArgumentException | BufferUnderflowException e) {
                throw new IOException("a value of an unknown format", e);
            }
        }

        @Override
        public void write(WriteContext context, T value) throws IOException {
            context.getWriter().writeBytes(FIRST, encoder.apply(value));
        }
    }
}
