package dev.cloakroom.servlet;

import dev.cloakroom.AttributeType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The types of the JDK's value classes: the engine's own, and those of others as text under their class's name. */
@SuppressWarnings("JavaUtilDate") // Sessions of old programs hold them.
final class StandardTypes {

    /** The engine's types, whose values need no name to be recognised. */
    private static final Map<Class<?>, AttributeType<?>> CLOSED = Map.of(
            String.class, AttributeType.STRING,
            Boolean.class, AttributeType.BOOLEAN,
            Long.class, AttributeType.LONG,
            Double.class, AttributeType.DOUBLE,
            byte[].class, AttributeType.BYTES,
            Instant.class, AttributeType.INSTANT,
            Duration.class, AttributeType.DURATION,
            UUID.class, AttributeType.UUID);

    private static final Set<Class<?>> MUTABLE = Set.of(byte[].class, Date.class);

    private static final Map<Class<?>, AttributeType<?>> AS_TEXT = new HashMap<>();
    private static final Map<String, AttributeType<?>> BY_NAME = new HashMap<>();

    static {
        asText(Integer.class, Integer::valueOf);
        asText(Short.class, Short::valueOf);
        asText(Byte.class, Byte::valueOf);
        asText(Float.class, Float::valueOf);
        asText(Character.class, text -> text.charAt(0));
        asText(BigInteger.class, BigInteger::new);
        asText(BigDecimal.class, BigDecimal::new);
        asText(LocalDate.class, LocalDate::parse);
        asText(LocalTime.class, LocalTime::parse);
        asText(LocalDateTime.class, LocalDateTime::parse);
        asText(OffsetDateTime.class, OffsetDateTime::parse);
        asText(ZonedDateTime.class, ZonedDateTime::parse);
        asText(URI.class, URI::create);
        asText(Locale.class, Locale::toLanguageTag, Locale::forLanguageTag);
        asText(Date.class, date -> Long.toString(date.getTime()), text -> new Date(Long.parseLong(text)));
    }

    private StandardTypes() {}

    private static <T> void asText(Class<T> valueClass, Function<String, T> parser) {
        asText(valueClass, Object::toString, parser);
    }

    private static <T> void asText(Class<T> valueClass, Function<T, String> writer, Function<String, T> parser) {
        AttributeType<T> type = AttributeType.of(
                valueClass.getName() + "/1",
                value -> writer.apply(value).getBytes(StandardCharsets.UTF_8),
                bytes -> parser.apply(new String(bytes, StandardCharsets.UTF_8)));
        AS_TEXT.put(valueClass, type);
        BY_NAME.put(type.toString(), type);
    }

    static @Nullable AttributeType<?> of(Class<?> valueClass) {
        AttributeType<?> closed = CLOSED.get(valueClass);
        return closed == null ? AS_TEXT.get(valueClass) : closed;
    }

    static @Nullable AttributeType<?> named(String name) {
        return BY_NAME.get(name);
    }

    static boolean isImmutable(Class<?> valueClass) {
        return !MUTABLE.contains(valueClass) && of(valueClass) != null;
    }

    /** Returns the one of the engine's types that all values are of, text if there are no values, or null. */
    static @Nullable AttributeType<?> common(Collection<?> values) {
        AttributeType<?> common = null;
        for (Object value : values) {
            AttributeType<?> type = value == null ? null : CLOSED.get(value.getClass());
            if (type == null || (common != null && !common.equals(type))) {
                return null;
            }
            common = type;
        }
        return common == null ? AttributeType.STRING : common;
    }

    static boolean areStrings(Collection<?> values) {
        return values.stream().allMatch(String.class::isInstance);
    }
}
