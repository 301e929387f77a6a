document.addEventListener('DOMContentLoaded', () => document.forms[0].submit());
