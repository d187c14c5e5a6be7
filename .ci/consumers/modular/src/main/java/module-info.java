/** A module that requires nothing but the engine. */
module com.example.modular {
    requires dev.cloakroom;
}
