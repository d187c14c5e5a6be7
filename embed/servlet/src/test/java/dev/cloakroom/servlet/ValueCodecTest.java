package dev.cloakroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.Attribute;
import dev.cloakroom.AttributeException;
import dev.cloakroom.AttributeType;
import dev.cloakroom.EncodedAttribute;
import java.io.ObjectInputFilter;
import java.io.Serializable;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ValueCodecTest {

    record Point(int x, int y) {}

    record Line(Point from, Point to) {}

    interface Shape {}

    static final class Circle implements Shape {}

    static final class Wallet implements Serializable {

        private static final long serialVersionUID = 1L;

        final ArrayList<String> coins = new ArrayList<>();

        @SuppressWarnings("serial") // Anything, for the tests.
        Object more = "";
    }

    static final class Gadget implements Serializable {

        private static final long serialVersionUID = 1L;
    }

    static Stream<Object> values() {
        return Stream.of(
                "text",
                true,
                7L,
                1.5,
                new byte[] {1, 2},
                Instant.ofEpochSecond(1, 2),
                Duration.ofMillis(3),
                new UUID(1, 2),
                7,
                (short) 7,
                (byte) 7,
                1.5f,
                'x',
                BigInteger.TEN,
                new BigDecimal("1.10"),
                LocalDate.of(2026, 11, 28),
                LocalTime.of(12, 30),
                LocalDateTime.of(2026, 11, 28, 12, 30),
                OffsetDateTime.parse("2026-11-28T12:30:00+01:00"),
                ZonedDateTime.parse("2026-11-28T12:30:00+01:00[Europe/Vienna]"),
                URI.create("https://example.com/a?b"),
                Locale.forLanguageTag("de-AT"),
                new Date(1_800_000_000_000L),
                List.of("a", "b"),
                List.of(1, "two", 3.0),
                List.of(List.of(1L), Map.of("k", Set.of(1))),
                Arrays.asList("a", null),
                Set.of("a", 1),
                Map.of("a", 1L, "b", 2L),
                Map.of(1, "one", "two", 2),
                List.of(),
                Map.of());
    }

    @ParameterizedTest
    @MethodSource("values")
    void standard_valueOfTheJdk_comesBackEqual(Object value) {
        EncodedAttribute encoded = ValueCodec.standard().encode("a", value);

        assertThat(ValueCodec.standard().decode(encoded)).isEqualTo(value);
    }

    @Test
    void standard_enginesTypes_areStoredAsThese() {
        ValueCodec codec = ValueCodec.standard();
        assertThat(codec.encode("a", "Ada")).isEqualTo(EncodedAttribute.of(Attribute.ofString("a"), "Ada"));
        assertThat(codec.encode("a", List.of(1L)).value(AttributeType.listOf(AttributeType.LONG)))
                .containsExactly(1L);
        assertThat(codec.encode("a", Map.of("k", "v")).value(AttributeType.mapOf(AttributeType.STRING)))
                .containsEntry("k", "v");
    }

    @Test
    void standard_collectionsThatWereRead_canBeModified() {
        ValueCodec codec = ValueCodec.standard();
        @SuppressWarnings("unchecked")
        List<Object> list = (List<Object>) codec.decode(codec.encode("a", List.of(List.of("b"))));
        list.add("more");
        assertThat(list).hasSize(2);
        @SuppressWarnings("unchecked")
        List<Object> strings = (List<Object>) codec.decode(codec.encode("a", List.of("b")));
        strings.add("more");
        assertThat(strings).hasSize(2);
    }

    @Test
    void standard_otherClasses_areRefusedByName() {
        for (Object value : List.of(new Point(1, 2), new Wallet(), List.of(new Wallet()), new Object())) {
            assertThatThrownBy(() -> ValueCodec.standard().encode("a", value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("attribute a")
                    .hasMessageContaining(value.getClass().getName());
        }
    }

    @Test
    void record_thatWasNamed_isJson() {
        ValueCodec codec = ValueCodec.builder()
                .record(Point.class)
                .record("line/1", Line.class)
                .build();
        Line line = new Line(new Point(1, 2), new Point(3, 4));
        EncodedAttribute encoded = codec.encode("a", line);
        assertThat(encoded.typeName()).isEqualTo("line/1");
        assertThat(codec.decode(encoded)).isEqualTo(line);
        assertThat(codec.decode(codec.encode("a", List.of(new Point(5, 6))))).isEqualTo(List.of(new Point(5, 6)));
        assertThat(codec.encode("a", new Point(1, 2)).typeName()).isEqualTo("record/" + Point.class.getName());
    }

    @Test
    void type_ofAnInterface_takesItsImplementations() {
        ValueCodec codec = ValueCodec.builder()
                .type(Shape.class, AttributeType.of("shape/1", shape -> new byte[1], bytes -> new Circle()))
                .build();
        assertThat(codec.decode(codec.encode("a", new Circle()))).isInstanceOf(Circle.class);
    }

    @Test
    void type_ofTheEngine_orGivenTwice_isRefused() {
        assertThatThrownBy(() -> ValueCodec.builder().type(String.class, AttributeType.STRING))
                .isInstanceOf(IllegalArgumentException.class);
        ValueCodec.Builder builder = ValueCodec.builder().record("point/1", Point.class);
        assertThatThrownBy(() -> builder.record("point/2", Point.class)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.record("point/1", Line.class)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void attribute_thatWasDeclared_decidesByItsName() {
        Attribute<Point> point = Attribute.ofRecord("point", Point.class);
        ValueCodec codec = ValueCodec.builder().attribute(point).build();
        assertThat(codec.encode("point", new Point(1, 2))).isEqualTo(EncodedAttribute.of(point, new Point(1, 2)));
        assertThatThrownBy(() -> codec.encode("point", "text"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("point");
        assertThatThrownBy(() -> codec.encode("other", new Point(1, 2))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void decode_typeThatIsUnknown_staysEncodedAndCanBeSetAgain() {
        AttributeType<byte[]> cart = AttributeType.of("cart/1", (byte[] b) -> b, (byte[] b) -> b);
        EncodedAttribute encoded = EncodedAttribute.of(Attribute.of("a", cart), new byte[] {1});
        Object value = ValueCodec.standard().decode(encoded);
        assertThat(value).isEqualTo(encoded);
        assertThat(ValueCodec.standard().encode("a", value)).isEqualTo(encoded);
        assertThat(ValueCodec.standard().encode("b", value).typeName()).isEqualTo("cart/1");
    }

    private static ValueCodec serializing(String filter) {
        return ValueCodec.builder()
                .javaSerialization(ObjectInputFilter.Config.createFilter(filter))
                .build();
    }

    @Test
    void javaSerialization_allowedClasses_comeBack() {
        ValueCodec codec = serializing(Wallet.class.getName() + ";java.util.ArrayList;java.lang.*;!*");
        Wallet wallet = new Wallet();
        wallet.coins.add("euro");
        EncodedAttribute encoded = codec.encode("a", wallet);
        assertThat(codec.decode(encoded))
                .isInstanceOfSatisfying(
                        Wallet.class, read -> assertThat(read.coins).containsExactly("euro"));
        assertThat(codec.encode("a", "text").typeName()).isEqualTo("string");
    }

    @Test
    void javaSerialization_classThatTheFilterDoesNotAllow_isRefusedAtBothEnds() {
        // The filter says nothing of Gadget.
        ValueCodec codec = serializing(Wallet.class.getName() + ";java.util.ArrayList;java.lang.*");
        Wallet wallet = new Wallet();
        wallet.more = new Gadget();
        assertThatThrownBy(() -> codec.encode("a", wallet))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Gadget.class.getName())
                .hasMessageContaining("attribute a");
        EncodedAttribute stored = serializing("dev.cloakroom.**;java.base/*").encode("a", wallet);
        assertThatThrownBy(() -> codec.decode(stored)).isInstanceOf(AttributeException.class);
        assertThatThrownBy(() -> serializing("!*").decode(stored)).isInstanceOf(AttributeException.class);
    }

    @Test
    void javaSerialization_notOptedIn_readsNothing() {
        EncodedAttribute stored = serializing("dev.cloakroom.**;java.base/*").encode("a", new Wallet());
        assertThat(ValueCodec.standard().decode(stored)).isEqualTo(stored);
    }

    @Test
    void javaSerialization_notSerializableInside_namesTheClass() {
        Wallet wallet = new Wallet();
        wallet.more = new Circle();
        assertThatThrownBy(() -> serializing("dev.cloakroom.**;java.base/*").encode("a", wallet))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Circle.class.getName());
    }

    @Test
    void encode_secretValue_isInNoMessage() {
        ValueCodec codec = ValueCodec.builder()
                .type(
                        Circle.class,
                        AttributeType.of(
                                "circle/1",
                                circle -> {
                                    throw new IllegalStateException("hunter2");
                                },
                                bytes -> new Circle()))
                .build();
        assertThatThrownBy(() -> codec.encode("a", new Circle()))
                .isInstanceOf(AttributeException.class)
                .hasMessageContaining("attribute a")
                .hasMessageNotContaining("hunter2");
        EncodedAttribute damaged = EncodedAttribute.of(
                "a", ("\u000c\u0010java.util.List/1" + "hunter2").getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ValueCodec.standard().decode(damaged))
                .isInstanceOf(AttributeException.class)
                .hasMessageNotContaining("hunter2");
    }
}
