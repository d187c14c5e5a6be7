package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttributeTypeTest {

    private static final String SECRET = "s3cr3t-t0k3n";

    record Cart(String content) {}

    private static final AttributeType<Cart> CART_1 = AttributeType.of(
            "cart/1",
            cart -> cart.content().getBytes(StandardCharsets.UTF_8),
            bytes -> new Cart(new String(bytes, StandardCharsets.UTF_8)));

    private static <T> AttributeTable with(Attribute<T> attribute, T value) {
        return AttributeTable.EMPTY.with(attribute, value);
    }

    private static <T> @Nullable T readAs(Attribute<T> attribute, String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        byte[] value = new byte[1 + text.length];
        value[0] = 11;
        System.arraycopy(text, 0, value, 1, text.length);
        return AttributeTable.decode(attribute, value);
    }

    /** Asserts that neither an exception nor what it carries quotes the secret, and that it names the attribute. */
    private static void assertNamesOnly(Throwable thrown, String attribute) {
        StringWriter all = new StringWriter();
        thrown.printStackTrace(new PrintWriter(all));
        assertThat(all.toString()).doesNotContain(SECRET);
        assertThat(thrown).isInstanceOfSatisfying(AttributeException.class, e -> {
            assertThat(e.attribute()).isEqualTo(attribute);
            assertThat(e).hasMessageContaining(attribute);
        });
    }

    @Test
    void codec_known_goldenBytesWithItsName() {
        assertThat(HexFormat.of().formatHex(CART_1.encode(new Cart("ab"))))
                .isEqualTo("0c" + "06" + "636172742f31" + "6162");
        assertThat(AttributeTable.decode(Attribute.of("cart", CART_1), CART_1.encode(new Cart("ab"))))
                .isEqualTo(new Cart("ab"));
    }

    @Test
    void codec_insideListsAndMaps_read() {
        Attribute<Map<String, List<Cart>>> carts = Attribute.ofMap("carts", AttributeType.listOf(CART_1));
        Map<String, List<Cart>> value = Map.of("a", List.of(new Cart(""), new Cart("x")));

        assertThat(with(carts, value).get(carts)).isEqualTo(value);
    }

    @Test
    void codec_anotherNameOrType_unreadable() {
        Attribute<Cart> cart = Attribute.of("cart", CART_1);
        AttributeType<Cart> newer = AttributeType.of("cart/2", value -> new byte[0], bytes -> new Cart("wrong"));
        AttributeTable table = with(cart, new Cart(SECRET));

        assertThatThrownBy(() -> table.get(Attribute.of("cart", newer)))
                .satisfies(e -> assertNamesOnly(e, "cart"))
                .hasMessageContaining("cart/1")
                .hasMessageContaining("cart/2");
        assertThatThrownBy(() -> table.get(Attribute.ofString("cart"))).satisfies(e -> assertNamesOnly(e, "cart"));
        assertThatThrownBy(() -> with(Attribute.ofString("cart"), SECRET).get(cart))
                .satisfies(e -> assertNamesOnly(e, "cart"));
    }

    @Test
    @SuppressWarnings("NullAway") // It is what the test is about.
    void codec_functionThrowsOrReturnsNull_attributeNamedAndContentLeftOut() {
        Attribute<String> throwing = Attribute.of(
                "cart",
                AttributeType.of(
                        "throwing/1",
                        value -> {
                            throw new IllegalStateException(value);
                        },
                        bytes -> {
                            throw new IllegalStateException(new String(bytes, StandardCharsets.UTF_8));
                        }));
        Attribute<String> nothing = Attribute.of("cart", AttributeType.of("throwing/1", value -> null, bytes -> null));
        byte[] stored = AttributeType.<String>of(
                        "throwing/1", value -> value.getBytes(StandardCharsets.UTF_8), String::new)
                .encode(SECRET);

        assertThatThrownBy(() -> AttributeTable.encode(throwing, SECRET))
                .satisfies(e -> assertNamesOnly(e, "cart"))
                .hasMessageContaining("IllegalStateException")
                .cause()
                .satisfies(cause ->
                        assertThat(cause.getStackTrace()[0].getClassName()).contains("AttributeTypeTest"));
        assertThatThrownBy(() -> AttributeTable.decode(throwing, stored))
                .satisfies(e -> assertNamesOnly(e, "cart"))
                .hasMessageContaining("IllegalStateException");
        assertThatThrownBy(() -> AttributeTable.encode(nothing, SECRET))
                .satisfies(e -> assertNamesOnly(e, "cart"))
                .hasMessageContaining("encoder returned null");
        assertThatThrownBy(() -> AttributeTable.decode(nothing, stored))
                .satisfies(e -> assertNamesOnly(e, "cart"))
                .hasMessageContaining("decoder returned null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cart", "string", "/1", "cart/", "cart 1/1", "list<string>/1", "cart/1\n", "\u00e9/1"})
    void codec_nameWithoutVersionOrOfOtherCharacters_refused(String name) {
        assertThatThrownBy(() -> AttributeType.of(name, (String value) -> new byte[0], bytes -> ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cart/1");
    }

    @Test
    void codec_sameName_equal() {
        AttributeType<String> same = AttributeType.of("cart/1", value -> new byte[0], bytes -> "");

        assertThat((Object) same).isEqualTo(CART_1).hasSameHashCodeAs(CART_1);
        assertThat((Object) same).isNotEqualTo(AttributeType.of("cart/2", value -> new byte[0], bytes -> ""));
        assertThat(CART_1).hasToString("cart/1");
    }

    @Property(tries = 300)
    void string_any_encodedAsThePlatformDoes(@ForAll String text) {
        String whole = text.replaceAll("[\\ud800-\\udfff]", "") + new String(Character.toChars(0x1F9E5));
        byte[] expected = ("\1" + whole).getBytes(StandardCharsets.UTF_8);

        assertThat(AttributeType.STRING.encode(whole)).isEqualTo(expected);
        assertThat(AttributeType.STRING.encode(text.replaceAll("[^\\u0000-\\u007f]", "")))
                .hasSize(1 + text.replaceAll("[^\\u0000-\\u007f]", "").length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "a\udc00", "\udc00\ud800", "\ud83e\ud83e\udde5"})
    void string_halfASurrogatePair_refused(String text) {
        assertThatThrownBy(() -> AttributeType.STRING.encode(text)).isInstanceOf(IllegalArgumentException.class);
    }

    // Records, case A17.

    record Address(
            String street, int number, boolean billing, Optional<String> note, OptionalInt floor, List<String> lines) {}

    record Token(String token, int count) {}

    record Changed(int token) {}

    @Test
    void record_missingComponents_nullZeroFalseEmpty() {
        Attribute<Address> address = Attribute.ofRecord("address", Address.class);

        Address read = Objects.requireNonNull(readAs(address, "{}"));

        assertThat(read.street()).isNull();
        assertThat(read.number()).isZero();
        assertThat(read.billing()).isFalse();
        assertThat(read.note()).isEmpty();
        assertThat(read.floor()).isEmpty();
        assertThat(read.lines()).isNull();
        assertThat(Objects.requireNonNull(readAs(address, "{\"number\":null,\"billing\":null,\"note\":null}"))
                        .number())
                .isZero();
    }

    @Test
    void record_unknownProperties_ignored() {
        assertThat(readAs(Attribute.ofRecord("t", Token.class), "{\"token\":\"a\",\"count\":1,\"newer\":{\"x\":[1]}}"))
                .isEqualTo(new Token("a", 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"token\":\"s3cr3t-t0k3n\",\"count\":\"s3cr3t-t0k3n\"}",
                "{\"token\":{\"s3cr3t-t0k3n\":1}}",
                "{\"token\":[\"s3cr3t-t0k3n\"]}",
                "{\"token\":7}",
                "{\"token\":true}",
                "{\"count\":1.5}",
                "{\"count\":\"1\"}",
                "{\"count\":9999999999}",
                "{\"count\":true}",
                "\"s3cr3t-t0k3n\"",
                "[]",
                "null",
                "",
                "{} s3cr3t-t0k3n",
                "{\"token\":s3cr3t-t0k3n}",
                "{'token':'s3cr3t-t0k3n'}"
            })
    void record_otherJson_unreadableWithoutContentInMessages(String json) {
        Attribute<Token> token = Attribute.ofRecord("token", Token.class);

        assertThatThrownBy(() -> readAs(token, json)).satisfies(e -> assertNamesOnly(e, "token"));
        assertThat(readAs(token.absentIfUnreadable(), json)).isNull();
    }

    @Test
    void record_componentOfAnotherType_namedByComponent() {
        Attribute<Token> put = Attribute.ofRecord("token", Token.class);

        assertThatThrownBy(() -> with(put, new Token(SECRET, 1)).get(Attribute.ofRecord("token", Changed.class)))
                .isInstanceOf(AttributeException.class);
        assertThatThrownBy(() -> readAs(put, "{\"count\":\"" + SECRET + "\"}"))
                .satisfies(e -> assertNamesOnly(e, "token"))
                .hasMessageContaining("component count");
    }

    enum Color {
        RED {
            @Override
            public String toString() {
                return "another text";
            }
        }
    }

    record Everything(
            Color color,
            Instant instant,
            Duration duration,
            LocalDate date,
            ZonedDateTime zoned,
            BigDecimal decimal,
            double whole,
            double notANumber,
            UUID uuid,
            Map<String, List<Integer>> map,
            Optional<String> some,
            byte[] bytes) {}

    @Test
    void record_everyKindOfComponent_goldenJsonThatIsReadBack() {
        Attribute<Everything> attribute = Attribute.ofRecord("all", Everything.class);
        Everything all = new Everything(
                Color.RED,
                Instant.ofEpochSecond(1_800_000_000, 123_456_789),
                Duration.ofMillis(1500),
                LocalDate.of(2026, 11, 28),
                ZonedDateTime.parse("2026-11-28T08:00:00+01:00[Europe/Berlin]"),
                new BigDecimal("1"),
                2.0,
                Double.NaN,
                new UUID(1, 2),
                Map.of("a", List.of(1)),
                Optional.of("\u00e9"),
                new byte[] {1});

        AttributeTable table = with(attribute, all);

        assertThat(table.encodedAttributes().get(0).value())
                .isEqualTo("{\"color\":\"RED\",\"instant\":\"2027-01-15T08:00:00.123456789Z\",\"duration\":\"PT1.5S\","
                        + "\"date\":\"2026-11-28\",\"zoned\":\"2026-11-28T08:00:00+01:00[Europe/Berlin]\","
                        + "\"decimal\":1,\"whole\":2.0,\"notANumber\":\"NaN\","
                        + "\"uuid\":\"00000000-0000-0001-0000-000000000002\",\"map\":{\"a\":[1]},"
                        + "\"some\":\"\u00e9\",\"bytes\":\"AQ==\"}");
        Everything read = Objects.requireNonNull(table.get(attribute));
        assertThat(read.zoned()).isEqualTo(all.zoned());
        assertThat(read.notANumber()).isNaN();
        assertThat(AttributeTable.encode(attribute, read)).isEqualTo(AttributeTable.encode(attribute, all));
    }

    record Nested(@Nullable Nested inner) {}

    @Test
    void record_nestedTooDeep_refusedOnPutAndOnGet() {
        Attribute<Nested> attribute = Attribute.ofRecord("nested", Nested.class);
        Nested deep = new Nested(null);
        for (int i = 0; i < 200; i++) {
            deep = new Nested(deep);
        }
        Nested tooDeep = deep;

        assertThatThrownBy(() -> with(attribute, tooDeep)).isInstanceOf(AttributeException.class);
        assertThatThrownBy(() -> readAs(attribute, "{\"inner\":".repeat(5_000) + "null" + "}".repeat(5_000)))
                .isInstanceOf(AttributeException.class);
        assertThatThrownBy(() -> readAs(attribute, "{\"newer\":" + "[".repeat(100_000)))
                .isInstanceOf(AttributeException.class);
    }

    record ByClass(
            @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object value) {}

    record ByName(
            @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
            @JsonSubTypes(@JsonSubTypes.Type(value = Token.class, name = "token"))
            Object value) {}

    record OfClass(Class<?> type) {}

    record OfAny(Object value) {}

    @Test
    void record_bytesThatNameAClass_neverLoadIt() {
        String named = "dev.cloakroom.AttributeTypeTest$NeverLoaded";

        assertThatThrownBy(() ->
                        readAs(Attribute.ofRecord("a", ByClass.class), "{\"value\":{\"@class\":\"" + named + "\"}}"))
                .isInstanceOf(AttributeException.class);
        assertThatThrownBy(() -> readAs(Attribute.ofRecord("a", OfClass.class), "{\"type\":\"" + named + "\"}"))
                .isInstanceOf(AttributeException.class);
        assertThat(Objects.requireNonNull(readAs(
                                Attribute.ofRecord("a", OfAny.class), "{\"value\":[\"" + named + "\",{\"a\":1}]}"))
                        .value())
                .isEqualTo(List.of(named, Map.of("a", 1)));
        assertThat(System.getProperty("cloakroom.test.loaded")).isNull();
    }

    @Test
    void record_subtypesThatTheProgramNames_read() {
        Attribute<ByName> attribute = Attribute.ofRecord("a", ByName.class);
        ByName value = new ByName(new Token("t", 1));

        assertThat(with(attribute, value).get(attribute)).isEqualTo(value);
    }

    static final class NeverLoaded {
        static {
            System.setProperty("cloakroom.test.loaded", "yes");
        }
    }

    @Test
    void absentIfUnreadable_putAsAnotherType_absentAndEqualToThePlainOne() {
        Attribute<Long> visits = Attribute.ofLong("visits");
        AttributeTable table = with(Attribute.ofString("visits"), "seven");

        assertThat(table.get(visits.absentIfUnreadable())).isNull();
        assertThatThrownBy(() -> table.get(visits)).isInstanceOf(AttributeException.class);
        assertThat(table.with(visits, 7L).get(visits.absentIfUnreadable())).isEqualTo(7);
        assertThat(visits.absentIfUnreadable()).isEqualTo(visits).hasSameHashCodeAs(visits);
    }

    @Test
    void encodedAttribute_eachType_nameAndValue() {
        assertEncoded(AttributeType.STRING, "\u00e9", "string");
        assertEncoded(AttributeType.BOOLEAN, true, "boolean");
        assertEncoded(AttributeType.LONG, 7L, "long");
        assertEncoded(AttributeType.DOUBLE, 1.5, "double");
        assertEncoded(AttributeType.BYTES, new byte[] {1}, "bytes");
        assertEncoded(AttributeType.INSTANT, Instant.ofEpochSecond(1, 2), "instant");
        assertEncoded(AttributeType.DURATION, Duration.ofSeconds(-1, 2), "duration");
        assertEncoded(AttributeType.UUID, new UUID(1, 2), "uuid");
        assertEncoded(AttributeType.listOf(AttributeType.listOf(AttributeType.LONG)), List.of(List.of(1L)), "list");
        assertEncoded(AttributeType.mapOf(AttributeType.STRING), Map.of("a", "b"), "map");
        assertThat(encoded(AttributeType.json(Token.class), new Token("t", 1)).value())
                .isEqualTo("{\"token\":\"t\",\"count\":1}");
        assertThat(encoded(CART_1, new Cart("ab")).value()).isEqualTo("ab".getBytes(StandardCharsets.UTF_8));
        assertThat(encoded(CART_1, new Cart("ab")).typeName()).isEqualTo("cart/1");
        assertThat(encoded(CART_1, new Cart(SECRET))).hasToString("any: cart/1, 20 bytes");
    }

    @Test
    void encodedAttribute_ofAValue_whatPutStores() {
        Attribute<Cart> cart = Attribute.of("any", CART_1);
        EncodedAttribute encoded = EncodedAttribute.of(cart, new Cart("ab"));
        assertThat(encoded).isEqualTo(encoded(CART_1, new Cart("ab")));
        assertThat(encoded.value(CART_1)).isEqualTo(new Cart("ab"));
        assertThatThrownBy(() -> encoded.value(AttributeType.STRING))
                .isInstanceOf(AttributeException.class)
                .hasMessageContaining("any")
                .hasMessageContaining("cart/1");
    }

    @Test
    void json_named_nameIsStoredAndChecked() {
        AttributeType<Token> named = AttributeType.json("token/1", Token.class);
        EncodedAttribute encoded = EncodedAttribute.of(Attribute.of("any", named), new Token("t", 1));
        assertThat(encoded.typeName()).isEqualTo("token/1");
        assertThat(encoded.value()).isEqualTo("{\"token\":\"t\",\"count\":1}".getBytes(StandardCharsets.UTF_8));
        assertThat(encoded.value(named)).isEqualTo(new Token("t", 1));
        assertThatThrownBy(() -> encoded.value(AttributeType.json("token/2", Token.class)))
                .isInstanceOf(AttributeException.class)
                .hasMessageContaining("token/1");
        assertThatThrownBy(() -> AttributeType.json("token", Token.class)).isInstanceOf(IllegalArgumentException.class);
    }

    private static <T> EncodedAttribute encoded(AttributeType<T> type, T value) {
        return with(Attribute.of("any", type), value).encodedAttributes().get(0);
    }

    private static <T> void assertEncoded(AttributeType<T> type, T value, String name) {
        EncodedAttribute encoded = encoded(type, value);
        assertThat(encoded.name()).isEqualTo("any");
        assertThat(encoded.typeName()).isEqualTo(name);
        assertThat(encoded.value()).isEqualTo(value);
        assertThat(EncodedAttribute.of("any", encoded.bytes()))
                .isEqualTo(encoded)
                .hasSameHashCodeAs(encoded);
    }

    @Test
    void encodedAttribute_unknownDamagedOrTooDeep_attributeException() {
        byte[] deep = new byte[5 * 200 + 1];
        for (int i = 0; i < 200; i++) {
            deep[5 * i] = 9;
            ByteBuffer.wrap(deep).putInt(5 * i + 1, deep.length - 5 * (i + 1));
        }
        deep[deep.length - 1] = 1;
        for (byte[] bytes :
                List.of(new byte[] {99}, new byte[] {3, 1}, new byte[] {12, 9, 1}, new byte[] {9, 1}, deep)) {
            assertThatThrownBy(() -> EncodedAttribute.of("any", bytes).value())
                    .isInstanceOfSatisfying(
                            AttributeException.class,
                            e -> assertThat(e.attribute()).isEqualTo("any"));
        }
        assertThatThrownBy(() -> EncodedAttribute.of("any", new byte[0])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EncodedAttribute.of("\0principal", new byte[] {1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sessionAttributes_reservedEntries_notShownAndSuppliedOnce() {
        AttributeTable table = with(Attribute.ofString("coat"), SECRET).with(Reserved.PRINCIPAL, "ada");
        int[] calls = new int[1];
        SessionAttributes attributes = new SessionAttributes(new SessionAttributes.About(1, 2, 3), () -> {
            calls[0]++;
            return table;
        });

        assertThat(attributes).hasToString("SessionAttributes[]");
        assertThat(calls[0]).isZero();
        assertThat(attributes.get(Attribute.ofString("coat"))).isEqualTo(SECRET);
        assertThat(attributes.names()).containsExactly("coat");
        assertThat(attributes.encoded()).extracting(EncodedAttribute::name).containsExactly("coat");
        assertThat(calls[0]).isEqualTo(1);
    }
}
