"""What hidden tests of several questions share."""
