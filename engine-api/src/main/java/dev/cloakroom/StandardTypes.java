package dev.cloakroom;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The types of the JDK's value classes: the closed types, and encodings of other classes. */
@SuppressWarnings("JavaUtilDate") // Sessions of old programs hold them.
final class StandardTypes {

    /** How the names of the encodings begin. */
    static final String PREFIX = "java/";

    private static final Set<Class<?>> MUTABLE = Set.of(byte[].class, Date.class);

    private static final Map<Class<?>, AttributeType<?>> BY_CLASS = new HashMap<>(Map.of(
            String.class, AttributeType.STRING,
            Boolean.class, AttributeType.BOOLEAN,
            Long.class, AttributeType.LONG,
            Double.class, AttributeType.DOUBLE,
            byte[].class, AttributeType.BYTES,
            Instant.class, AttributeType.INSTANT,
            Duration.class, AttributeType.DURATION,
            UUID.class, AttributeType.UUID));

    private static final Map<String, AttributeType<?>> BY_NAME = new HashMap<>();

    static {
        fixed(Integer.class, "int", Integer.BYTES, ByteBuffer::putInt, ByteBuffer::getInt);
        fixed(Short.class, "short", Short.BYTES, ByteBuffer::putShort, ByteBuffer::getShort);
        fixed(Byte.class, "byte", Byte.BYTES, ByteBuffer::put, ByteBuffer::get);
        fixed(Float.class, "float", Float.BYTES, ByteBuffer::putFloat, ByteBuffer::getFloat);
        fixed(Character.class, "char", Character.BYTES, ByteBuffer::putChar, ByteBuffer::getChar);
        fixed(
                Date.class,
                "date",
                Long.BYTES,
                (buffer, date) -> buffer.putLong(date.getTime()),
                buffer -> new Date(buffer.getLong()));
        text(BigInteger.class, "big-integer", BigInteger::toString, BigInteger::new);
        text(BigDecimal.class, "big-decimal", BigDecimal::toString, BigDecimal::new);
        text(LocalDate.class, "local-date", LocalDate::toString, LocalDate::parse);
        text(LocalTime.class, "local-time", LocalTime::toString, LocalTime::parse);
        text(LocalDateTime.class, "local-date-time", LocalDateTime::toString, LocalDateTime::parse);
        text(OffsetDateTime.class, "offset-date-time", OffsetDateTime::toString, OffsetDateTime::parse);
        text(ZonedDateTime.class, "zoned-date-time", ZonedDateTime::toString, ZonedDateTime::parse);
        text(URI.class, "uri", URI::toString, URI::create);
        text(Locale.class, "locale", Locale::toLanguageTag, Locale::forLanguageTag);
    }

    private interface Putter<T> {
        void put(ByteBuffer buffer, T value);
    }

    private StandardTypes() {}

    private static <T> void fixed(
            Class<T> valueClass, String name, int length, Putter<T> putter, Function<ByteBuffer, T> getter) {
        add(
                valueClass,
                AttributeType.of(
                        PREFIX + name,
                        value -> {
                            ByteBuffer buffer = ByteBuffer.allocate(length);
                            putter.put(buffer, value);
                            return buffer.array();
                        },
                        bytes -> {
                            if (bytes.length != length) {
                                throw new IllegalArgumentException("a value of another length");
                            }
                            return getter.apply(ByteBuffer.wrap(bytes));
                        }));
    }

    private static <T> void text(
            Class<T> valueClass, String name, Function<T, String> writer, Function<String, T> parser) {
        add(
                valueClass,
                AttributeType.of(
                        PREFIX + name,
                        value -> writer.apply(value).getBytes(StandardCharsets.UTF_8),
                        bytes -> parser.apply(new String(bytes, StandardCharsets.UTF_8))));
    }

    private static <T> void add(Class<T> valueClass, AttributeType<T> type) {
        BY_CLASS.put(valueClass, type);
        BY_NAME.put(type.toString(), type);
    }

    /** Returns the type of a class, or null. */
    static @Nullable AttributeType<?> of(Class<?> valueClass) {
        return BY_CLASS.get(valueClass);
    }

    /** Returns the type of an encoding's name, or null. */
    static @Nullable AttributeType<?> named(String encoding) {
        return BY_NAME.get(encoding);
    }

    /** Returns whether the values of a class are known never to change. */
    static boolean isImmutable(Class<?> valueClass) {
        return BY_CLASS.containsKey(valueClass) && !MUTABLE.contains(valueClass);
    }
}
