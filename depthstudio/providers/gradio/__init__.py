"""The Gradio protocol, versions 5 and 6, as Hugging Face Spaces and other servers speak it."""
