"""The architecture document's generated parts: tables, worked rows and pictures, rendered from the declarations."""
