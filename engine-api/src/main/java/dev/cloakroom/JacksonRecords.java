package dev.cloakroom;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import java.util.TimeZone;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.DatabindContext;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.PolymorphicTypeValidator;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * Maps one record type to JSON and back. This is the only class that uses Jackson, so that Jackson can be absent.
 * Immutable and thread-safe.
 */
final class JacksonRecords<R extends Record> {

    private final Class<R> type;
    private final ObjectReader reader;
    private final ObjectWriter writer;

    private JacksonRecords(Class<R> type) {
        this.type = type;
        reader = Mapper.INSTANCE.readerFor(type);
        writer = Mapper.INSTANCE.writerFor(type);
    }

    static <R extends Record> JacksonRecords<R> of(Class<R> type) {
        try {
            return new JacksonRecords<>(type);
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "attributes of record types need Jackson: add tools.jackson.core:jackson-databind", e);
        }
    }

    /**
     * Returns a record's JSON.
     *
     * @throws ValueException if Jackson cannot write the record
     */
    byte[] toJson(R value) {
        try {
            return writer.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw failure("writing the record as JSON", e);
        }
    }

    /**
     * Returns the record that the bytes between two positions describe.
     *
     * @throws ValueException if they are not JSON of such a record
     */
    R fromJson(byte[] bytes, int from, int to) {
        R value;
        try {
            value = reader.readValue(bytes, from, to - from);
        } catch (JacksonException e) {
            throw failure("reading the record's JSON", e);
        }
        if (value == null) {
            throw new ValueException("its JSON is null");
        }
        return value;
    }

    /**
     * Returns an exception with the class and place of another. Its message may contain values, and its path keys of
     * maps.
     */
    private ValueException failure(String what, JacksonException e) {
        StringBuilder place = new StringBuilder(what);
        if (!e.getPath().isEmpty()) {
            String first = e.getPath().get(0).getPropertyName();
            if (Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getName)
                    .anyMatch(name -> name.equals(first))) {
                place.append(", component ").append(first);
            }
        }
        TokenStreamLocation location = e.getLocation();
        if (location != null && location.getByteOffset() >= 0) {
            place.append(", byte ").append(location.getByteOffset());
        }
        return ValueException.withoutMessageOf(place.toString(), e);
    }

    /**
     * The mapper, with every setting that affects the format, so that the defaults of another version of Jackson do not
     * change it. Modules on the class path are not used.
     */
    private static final class Mapper {

        private static final int MAXIMUM_DEPTH = 100;
        private static final int MAXIMUM_NUMBER_LENGTH = 10_000;
        private static final int MAXIMUM_NAME_LENGTH = 50_000;

        static final JsonMapper INSTANCE = JsonMapper.builder(factory())
                // Nodes of different versions read each other's records: an unknown property is ignored, a missing one
                // is
                // null, zero, false or an empty Optional.
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.FAIL_ON_IGNORED_PROPERTIES)
                .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .disable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                // A component of another type is an error, not a conversion.
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
                .disable(DeserializationFeature.UNWRAP_SINGLE_VALUE_ARRAYS)
                .disable(DeserializationFeature.ACCEPT_EMPTY_STRING_AS_NULL_OBJECT)
                .disable(DeserializationFeature.ACCEPT_EMPTY_ARRAY_AS_NULL_OBJECT)
                .withCoercionConfig(
                        LogicalType.Textual,
                        config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_INVALID_SUBTYPE)
                // An enum is its constant's name.
                .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(EnumFeature.READ_ENUMS_USING_TO_STRING)
                .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING)
                .disable(EnumFeature.WRITE_ENUMS_USING_INDEX)
                .disable(EnumFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
                .disable(EnumFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
                // Times are ISO 8601 text, with the zone that was put.
                .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
                // Components are written in the order of their declaration.
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .enable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
                .disable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .disable(SerializationFeature.INDENT_OUTPUT)
                .changeDefaultPropertyInclusion(
                        included -> JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS))
                .defaultLocale(Locale.ROOT)
                .defaultTimeZone(TimeZone.getTimeZone("UTC"))
                .enable(SerializationFeature.FAIL_ON_SELF_REFERENCES)
                // Bytes never choose a class: no type ids that are class names, no Class components.
                .deactivateDefaultTyping()
                .polymorphicTypeValidator(new NoClassNames())
                .addModule(new SimpleModule("cloakroom")
                        .addDeserializer(Class.class, new Refused<>(Class.class))
                        .addDeserializer(JavaType.class, new Refused<>(JavaType.class)))
                .build();

        private static JsonFactory factory() {
            return JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAXIMUM_DEPTH)
                            .maxNumberLength(MAXIMUM_NUMBER_LENGTH)
                            .maxNameLength(MAXIMUM_NAME_LENGTH)
                            // The engine's limit on an attribute bounds these two.
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxDocumentLength(Integer.MAX_VALUE)
                            .build())
                    .streamWriteConstraints(StreamWriteConstraints.builder()
                            .maxNestingDepth(MAXIMUM_DEPTH)
                            .build())
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                    .disable(JsonReadFeature.ALLOW_YAML_COMMENTS)
                    .disable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
                    .disable(JsonReadFeature.ALLOW_UNQUOTED_PROPERTY_NAMES)
                    .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .enable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                    .disable(JsonWriteFeature.WRITE_NUMBERS_AS_STRINGS)
                    .disable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .build();
        }
    }

    /** Denies each type id that is a class name. Names that a program declares itself are not asked for here. */
    private static final class NoClassNames extends PolymorphicTypeValidator.Base {

        private static final long serialVersionUID = 1L;

        @Override
        public Validity validateBaseType(DatabindContext context, JavaType baseType) {
            return Validity.DENIED;
        }

        @Override
        public Validity validateSubClassName(DatabindContext context, JavaType baseType, String subClassName) {
            return Validity.DENIED;
        }

        @Override
        public Validity validateSubType(DatabindContext context, JavaType baseType, JavaType subType) {
            return Validity.DENIED;
        }
    }

    /** Refuses to read a type that names a class. */
    private static final class Refused<T> extends StdDeserializer<T> {

        Refused(Class<T> type) {
            super(type);
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) {
            return context.reportInputMismatch(this, "stored bytes must not name a class");
        }
    }
}
