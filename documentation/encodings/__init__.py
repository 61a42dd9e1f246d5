"""Chapter 11: formats, transcripts and rows to the byte, recorded while the encoders and the verifier run."""
