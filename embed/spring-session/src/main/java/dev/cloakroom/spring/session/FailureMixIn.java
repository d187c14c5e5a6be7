package dev.cloakroom.spring.session;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/** What is stored of an exception: its message. */
@JsonIgnoreProperties(
        value = {"cause", "stackTrace", "suppressed", "localizedMessage", "authenticationRequest", "authentication"},
        ignoreUnknown = true)
abstract class FailureMixIn {}
