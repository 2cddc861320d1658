"""The national public service portal (Cổng Dịch vụ công quốc gia): what it is told of a dossier (R45–R47)."""
