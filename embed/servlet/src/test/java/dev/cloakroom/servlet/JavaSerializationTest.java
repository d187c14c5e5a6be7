package dev.cloakroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.AttributeException;
import dev.cloakroom.EncodedAttribute;
import dev.cloakroom.ValueTypes;
import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JavaSerializationTest {

    static final class Circle {}

    static final class Wallet implements Serializable {

        private static final long serialVersionUID = 1L;

        final ArrayList<String> coins = new ArrayList<>();

        @SuppressWarnings("serial") // Anything, for the tests.
        Object more = "";
    }

    static final class Gadget implements Serializable {

        private static final long serialVersionUID = 1L;
    }

    private static ValueTypes serializing(String filter) {
        return ValueTypes.builder()
                .otherwise(Serializable.class, JavaSerialization.of(ObjectInputFilter.Config.createFilter(filter)))
                .build();
    }

    @Test
    void allowedClasses_comeBack() {
        ValueTypes types = serializing(Wallet.class.getName() + ";java.util.ArrayList;java.lang.*;!*");
        Wallet wallet = new Wallet();
        wallet.coins.add("euro");
        assertThat(types.decode(types.encode("a", wallet)))
                .isInstanceOfSatisfying(
                        Wallet.class, read -> assertThat(read.coins).containsExactly("euro"));
        assertThat(types.decode(types.encode("a", List.of(wallet))))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .singleElement()
                .isInstanceOf(Wallet.class);
        assertThat(types.encode("a", "text").typeName()).isEqualTo("string");
        assertThat(types.encode("a", new ArrayList<>()).typeName()).isEqualTo("list");
    }

    @Test
    void classThatTheFilterDoesNotAllow_isRefusedAtBothEnds() {
        // The filter says nothing of Gadget.
        ValueTypes types = serializing(Wallet.class.getName() + ";java.util.ArrayList;java.lang.*");
        Wallet wallet = new Wallet();
        wallet.more = new Gadget();
        assertThatThrownBy(() -> types.encode("a", wallet))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Gadget.class.getName())
                .hasMessageContaining("attribute a");
        EncodedAttribute stored = serializing("dev.cloakroom.**;java.base/*").encode("a", wallet);
        assertThatThrownBy(() -> types.decode(stored)).isInstanceOf(AttributeException.class);
        assertThatThrownBy(() -> serializing("!*").decode(stored)).isInstanceOf(AttributeException.class);
    }

    @Test
    void notOptedIn_readsNothing() {
        EncodedAttribute stored = serializing("dev.cloakroom.**;java.base/*").encode("a", new Wallet());
        assertThat(ValueTypes.standard().decode(stored)).isEqualTo(stored);
    }

    @Test
    void notSerializableInside_namesTheClass() {
        Wallet wallet = new Wallet();
        wallet.more = new Circle();
        assertThatThrownBy(() -> serializing("dev.cloakroom.**;java.base/*").encode("a", wallet))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Circle.class.getName());
    }
}
